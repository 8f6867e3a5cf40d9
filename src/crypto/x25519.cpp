#include "crypto/x25519.hpp"

#include <sodium.h>

namespace sealpost::crypto {

X25519Public x25519_public(const X25519Secret& secret) {
  X25519Public out;
  crypto_scalarmult_base(out.data(), secret.expose().data());
  return out;
}

base::Result<SharedSecret> x25519(const X25519Secret& secret, const X25519Public& peer) {
  SharedSecret shared;
  if (crypto_scalarmult(shared.expose_mutable().data(), secret.expose().data(), peer.data()) != 0) {
    return base::Error{base::Code::kVerificationFailed, "a key of small order", ""};
  }
  return shared;
}

}  // namespace sealpost::crypto
