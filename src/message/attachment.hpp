// Attachments as blobs: an age file with one scrypt stanza of work factor 1 under a random
// passphrase, hashed in 1 MiB leaves while it is encrypted. Streams in constant memory on several
// threads. sealpost-message(5), ATTACHMENTS.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/seams.hpp"
#include "base/stream.hpp"
#include "crypto/hash.hpp"
#include "message/header.hpp"

namespace sealpost::message {

inline constexpr std::uint64_t kLeafSize = 1 << 20;  // bytes of ciphertext
inline constexpr std::uint64_t kMaxAttachmentSize = std::uint64_t{128} << 30;  // bytes, plaintext
inline constexpr std::size_t kBlobKeySize = 32;                                // bytes

struct SealedBlob {
  std::uint64_t size = 0;  // plaintext
  std::uint64_t ciphertext_size = 0;
  std::string key;
  std::vector<crypto::Digest> leaves;
  crypto::Digest root{};
};

// The passphrase for a new blob: base64 of 32 random bytes.
std::string new_blob_key(base::Random& random);
// What the ciphertext of `size` bytes will measure. Meaningful up to kMaxAttachmentSize.
std::uint64_t blob_ciphertext_size(std::uint64_t size);
// Encrypts everything `plain` has into `cipher`, computing leaves on the way; the two are called
// from several threads, but neither from two at once. kUsage when `plain` has more than
// kMaxAttachmentSize; otherwise what `plain` or `cipher` says.
base::Result<SealedBlob> seal_blob(base::ByteSource& plain, base::ByteSink& cipher, std::string key,
                                   base::Random& random);

// The list fits the ciphertext's size and leads to the root that the header names;
// kVerificationFailed.
base::Result<void> verify_leaves(std::span<const crypto::Digest> leaves,
                                 const Attachment& attachment);
// Decrypts `cipher` into `plain`. Checks the list, then every leaf before anything of its plaintext
// is released: what `plain` got is a true beginning of the attachment even when this fails, and the
// whole of it when it succeeds. kVerificationFailed, or what `cipher` or `plain` says.
base::Result<void> open_blob(const Attachment& attachment, std::span<const crypto::Digest> leaves,
                             base::ByteSource& cipher, base::ByteSink& plain);

}  // namespace sealpost::message
