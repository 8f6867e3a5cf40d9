// Base64 (RFC 4648) of secrets, in constant time and memory that wipes itself. Public values go
// through base/encoding.hpp. Thread-safe.
#pragma once

#include "crypto/secret.hpp"

namespace sealpost::crypto {

SecretBytes to_secret_base64(base::ByteView secret);     // standard alphabet, padded
SecretBytes to_secret_base64url(base::ByteView secret);  // URL alphabet, unpadded

}  // namespace sealpost::crypto
