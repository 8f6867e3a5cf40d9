// X25519 (RFC 7748) through libsodium. Thread-safe.
#pragma once

#include <array>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace sealpost::crypto {

using X25519Public = std::array<std::uint8_t, 32>;
using X25519Secret = Secret<32, struct X25519SecretTag>;
using SharedSecret = Secret<32, struct SharedSecretTag>;

X25519Public x25519_public(const X25519Secret& secret);
// kVerificationFailed when the result is all zero (a point of small order), as RFC 7748 §6.1 asks.
base::Result<SharedSecret> x25519(const X25519Secret& secret, const X25519Public& peer);

}  // namespace sealpost::crypto
