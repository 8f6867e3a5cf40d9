// Bech32 (BIP 173) of secrets: like base/encoding.hpp, but every byte passes through memory that
// wipes itself, and no table is indexed by a secret. Upper case, as age writes its identities.
// Thread-safe. Internal to age.
#pragma once

#include <string_view>

#include "crypto/secret.hpp"

namespace sealpost::age {

// `prefix` in upper case, e.g. "AGE-SECRET-KEY-".
crypto::SecretBytes to_secret_bech32(std::string_view prefix, base::ByteView secret);
// kMalformed for another prefix, any lower-case letter, a wrong checksum or padding.
base::Result<crypto::SecretBytes> parse_secret_bech32(std::string_view prefix,
                                                      std::string_view text);

}  // namespace sealpost::age
