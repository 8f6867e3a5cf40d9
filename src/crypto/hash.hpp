// SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104) and HKDF-SHA-256 (RFC 5869) through libcrypto.
// Free functions are thread-safe; a Sha256 object belongs to one thread.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace sealpost::crypto {

using Digest = std::array<std::uint8_t, 32>;

// Incremental hash. finish() returns the digest and starts afresh, so that one object serves many
// inputs without a new context.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(base::ByteView bytes);
  Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Digest sha256(base::ByteView bytes);
// Of the concatenation of the parts.
Digest sha256(std::initializer_list<base::ByteView> parts);
// kMalformed unless exactly 32 bytes.
base::Result<Digest> digest_from(base::ByteView bytes);

Digest hmac_sha256(base::ByteView key, base::ByteView bytes);

// Fills `out` (at most 8,160 bytes) with HKDF(salt, ikm, info).
void hkdf_sha256(base::ByteView ikm, base::ByteView salt, std::string_view info,
                 std::span<std::uint8_t> out);

}  // namespace sealpost::crypto
