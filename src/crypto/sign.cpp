#include "crypto/sign.hpp"

#include <sodium.h>

#include <algorithm>

namespace sealpost::crypto {

SigningKey SigningKey::generate(base::Random& random) {
  return from_seed(SigningSeed::random(random));
}

SigningKey SigningKey::from_seed(const SigningSeed& seed) {
  SigningKey key;
  crypto_sign_seed_keypair(key.public_.data(), key.secret_.expose_mutable().data(),
                           seed.expose().data());
  return key;
}

SigningSeed SigningKey::seed() const {
  return *SigningSeed::from(base::ByteView(secret_.expose()).first(32));
}

Signature SigningKey::sign(base::ByteView bytes) const {
  Signature signature;
  crypto_sign_detached(signature.data(), nullptr, bytes.data(), bytes.size(),
                       secret_.expose().data());
  return signature;
}

bool verify(const VerifyKey& key, base::ByteView bytes, base::ByteView signature) {
  return signature.size() == std::tuple_size_v<Signature> &&
         crypto_sign_verify_detached(signature.data(), bytes.data(), bytes.size(), key.data()) == 0;
}

}  // namespace sealpost::crypto
