#include "crypto/secret_base64.hpp"

#include <sodium.h>

namespace sealpost::crypto {
namespace {

SecretBytes encode(base::ByteView secret, int variant) {
  // What libsodium writes ends with a zero byte.
  SecretBytes out(sodium_base64_encoded_len(secret.size(), variant));
  sodium_bin2base64(reinterpret_cast<char*>(out.expose_mutable().data()), out.size(), secret.data(),
                    secret.size(), variant);
  out.truncate(out.size() - 1);
  return out;
}

}  // namespace

SecretBytes to_secret_base64(base::ByteView secret) {
  return encode(secret, sodium_base64_VARIANT_ORIGINAL);
}

SecretBytes to_secret_base64url(base::ByteView secret) {
  return encode(secret, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

}  // namespace sealpost::crypto
