// Ed25519 (RFC 8032) through libsodium. Thread-safe.
#pragma once

#include <array>

#include "base/bytes.hpp"
#include "base/seams.hpp"
#include "crypto/secret.hpp"

namespace sealpost::crypto {

using Signature = std::array<std::uint8_t, 64>;
using VerifyKey = std::array<std::uint8_t, 32>;
using SigningSeed = Secret<32, struct SigningSeedTag>;

// A key pair made from its 32-byte seed, which is what gets stored.
class SigningKey {
 public:
  static SigningKey generate(base::Random& random);
  static SigningKey from_seed(const SigningSeed& seed);
  const VerifyKey& verify_key() const { return public_; }
  SigningSeed seed() const;
  Signature sign(base::ByteView bytes) const;
  SigningKey clone() const { return from_seed(seed()); }

 private:
  SigningKey() = default;
  Secret<64, struct SigningKeyTag> secret_;
  VerifyKey public_{};
};

// False also for a signature or key of the wrong length, a non-canonical or a small-order one.
bool verify(const VerifyKey& key, base::ByteView bytes, base::ByteView signature);

}  // namespace sealpost::crypto
