// Authenticated encryption.
//
// ChaChaPoly: ChaCha20-Poly1305 (RFC 8439) through libcrypto for bulk data; one object per thread
// and key, its context is reused from chunk to chunk. xchacha_*: XChaCha20-Poly1305 through
// libsodium for small values under random nonces; thread-safe.
#pragma once

#include <array>
#include <memory>

#include "base/bytes.hpp"
#include "base/seams.hpp"
#include "crypto/secret.hpp"

namespace sealpost::crypto {

inline constexpr std::size_t kTagSize = 16;
using AeadKey = Secret<32, struct AeadKeyTag>;
using Nonce96 = std::array<std::uint8_t, 12>;

class ChaChaPoly {
 public:
  explicit ChaChaPoly(const AeadKey& key);
  ~ChaChaPoly();
  ChaChaPoly(ChaChaPoly&&) noexcept;
  ChaChaPoly& operator=(ChaChaPoly&&) noexcept;

  // Writes plain.size() + kTagSize bytes to `out`, which must have that size and may start where
  // `plain` starts. The caller never uses a nonce twice with one key.
  void seal(const Nonce96& nonce, base::ByteView plain, std::span<std::uint8_t> out);
  // Writes sealed.size() - kTagSize bytes to `out`, which must have that size and may start where
  // `sealed` starts. False, and `out` zeroed, when the tag does not match or sealed is too short.
  bool open(const Nonce96& nonce, base::ByteView sealed, std::span<std::uint8_t> out);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// nonce (24 bytes, random) || ciphertext || tag.
base::Bytes xchacha_seal(const AeadKey& key, base::ByteView plain, base::ByteView associated,
                         base::Random& random);
// kVerificationFailed when anything is not as it was sealed.
base::Result<SecretBytes> xchacha_open(const AeadKey& key, base::ByteView sealed,
                                       base::ByteView associated);

// The same into `out`, which must have the size that xchacha_plain_size() says, and is zeroed on
// failure: for many small values, for which guarded pages cost more than the opening.
base::Result<void> xchacha_open_into(const AeadKey& key, base::ByteView sealed,
                                     base::ByteView associated, std::span<std::uint8_t> out);
// Of a sealed value; 0 for one that is too short to be one.
std::size_t xchacha_plain_size(base::ByteView sealed);

}  // namespace sealpost::crypto
