#include "crypto/kdf.hpp"

#include <sodium.h>

namespace sealpost::crypto {
namespace {

base::Error no_memory() {
  return {base::Code::kNoSpace, "not enough memory to derive a key from the passphrase", ""};
}

// libsodium wants an address even for nothing.
const std::uint8_t* address_of(base::ByteView bytes) {
  static constexpr std::uint8_t kNothing = 0;
  return bytes.empty() ? &kNothing : bytes.data();
}

}  // namespace

base::Result<SecretBytes> argon2id(base::ByteView passphrase, base::ByteView salt,
                                   std::uint64_t passes, std::size_t memory, std::size_t size) {
  if (salt.size() != kArgonSaltSize) {
    return base::Error{base::Code::kMalformed, "a salt of the wrong length", ""};
  }
  SecretBytes key(size);
  if (crypto_pwhash(key.expose_mutable().data(), size,
                    reinterpret_cast<const char*>(address_of(passphrase)), passphrase.size(),
                    salt.data(), passes, memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return no_memory();
  }
  return key;
}

base::Result<SecretBytes> scrypt(base::ByteView passphrase, base::ByteView salt, int log_n,
                                 std::uint32_t r, std::uint32_t p, std::size_t size) {
  if (log_n < 1 || log_n > 62) {
    return base::Error{base::Code::kMalformed, "an impossible scrypt work factor", ""};
  }
  SecretBytes key(size);
  if (crypto_pwhash_scryptsalsa208sha256_ll(
          address_of(passphrase), passphrase.size(), address_of(salt), salt.size(),
          std::uint64_t{1} << log_n, r, p, key.expose_mutable().data(), size) != 0) {
    return no_memory();
  }
  return key;
}

}  // namespace sealpost::crypto
