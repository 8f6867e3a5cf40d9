// Attachments as blobs: an age file with one scrypt stanza of work factor 1 under a random
// passphrase, hashed in 1 MiB leaves while it is encrypted. Streams in constant memory on several
// threads. sealpost-message(5), ATTACHMENTS.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/seams.hpp"
#include "base/stream.hpp"
#include "crypto/hash.hpp"
#include "message/header.hpp"

namespace sealpost::message {

inline constexpr std::uint64_t kLeafSize = 1 << 20;  // bytes of ciphertext

struct SealedBlob {
  std::uint64_t size = 0;  // plaintext
  std::uint64_t ciphertext_size = 0;
  std::string key;
  std::vector<crypto::Digest> leaves;
  crypto::Digest root{};
};

// The passphrase for a new blob: base64 of 32 random bytes.
std::string new_blob_key(base::Random& random);
// What the ciphertext of `size` bytes will measure.
std::uint64_t blob_ciphertext_size(std::uint64_t size);
// Encrypts everything `plain` has into `cipher`, computing leaves on the way.
base::Result<SealedBlob> seal_blob(base::ByteSource& plain, base::ByteSink& cipher, std::string key,
                                   base::Random& random);

// Root over the leaf list as the header names it; kVerificationFailed.
base::Result<void> verify_leaves(std::span<const crypto::Digest> leaves,
                                 const Attachment& attachment);
// Decrypts `cipher` into `plain`, checking every leaf before its plaintext is released.
base::Result<void> open_blob(const Attachment& attachment, std::span<const crypto::Digest> leaves,
                             base::ByteSource& cipher, base::ByteSink& plain);

}  // namespace sealpost::message
