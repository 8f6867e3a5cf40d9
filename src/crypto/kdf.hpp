// Keys from passphrases: Argon2id (RFC 9106) and scrypt (RFC 7914) through libsodium. Slow on
// purpose. Thread-safe. kNoSpace when the memory they ask for cannot be had.
#pragma once

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace sealpost::crypto {

inline constexpr std::size_t kArgonSaltSize = 16;

// `passes` >= 1, `memory` in bytes, one lane. The salt has kArgonSaltSize bytes.
base::Result<SecretBytes> argon2id(base::ByteView passphrase, base::ByteView salt,
                                   std::uint64_t passes, std::size_t memory, std::size_t size);

// N = 2^log_n, block size r, parallelism p; any salt. kMalformed for log_n outside 1..62.
base::Result<SecretBytes> scrypt(base::ByteView passphrase, base::ByteView salt, int log_n,
                                 std::uint32_t r, std::uint32_t p, std::size_t size);

}  // namespace sealpost::crypto
