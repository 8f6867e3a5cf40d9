// Attachments as blobs: an age file with one scrypt stanza of work factor 1 under a random
// passphrase, hashed in 1 MiB leaves while it is encrypted. Streams in constant memory on several
// threads. sealpost-message(5), ATTACHMENTS.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "age/file_key.hpp"
#include "base/seams.hpp"
#include "base/stream.hpp"
#include "crypto/hash.hpp"
#include "merkle/blob_leaf.hpp"
#include "message/header.hpp"

namespace sealpost::message {

inline constexpr std::uint64_t kLeafSize = merkle::kBlobLeafSize;  // bytes of ciphertext
inline constexpr std::uint64_t kMaxAttachmentSize = std::uint64_t{128} << 30;  // bytes, plaintext
inline constexpr std::size_t kBlobKeySize = 32;                                // bytes

// Everything that a blob's ciphertext depends on but the plaintext. Whoever keeps these must never
// use them for a second plaintext.
struct BlobKeys {
  std::string key;                            // the passphrase
  std::array<std::uint8_t, 165> beginning{};  // of the blob: age header and payload nonce
  age::FileKey file_key;                      // as the header wraps it
};
inline constexpr std::size_t kBlobBeginning = sizeof(BlobKeys::beginning);  // bytes

BlobKeys new_blob_keys(base::Random& random);
// The keys of a blob that begins so. kVerificationFailed unless `key` opens it.
base::Result<BlobKeys> open_blob_keys(std::string key, base::ByteView beginning);

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
base::Result<SealedBlob> seal_blob(base::ByteSource& plain, base::ByteSink& cipher,
                                   const BlobKeys& keys);

// The list fits the ciphertext's size and leads to the root that the header names;
// kVerificationFailed.
base::Result<void> verify_leaves(std::span<const crypto::Digest> leaves,
                                 const Attachment& attachment);
// Decrypts `cipher` into `plain`. Checks the list, then every leaf before anything of its plaintext
// is released: what `plain` got is a true beginning of the attachment even when this fails, and the
// whole of it when it succeeds. kVerificationFailed, or what `cipher` or `plain` says.
base::Result<void> open_blob(const Attachment& attachment, std::span<const crypto::Digest> leaves,
                             base::ByteSource& cipher, base::ByteSink& plain);

// Going on with a blob of which a reader has some plaintext already.
//
// How many bytes of `plain` are a true beginning of the attachment, as far as the leaves can tell
// and in a number with which one can go on: found by encrypting them again. `first_leaf` is the
// blob's first leaf, verified. What `plain` says, should it fail.
base::Result<std::uint64_t> count_true_bytes(const Attachment& attachment, const BlobKeys& keys,
                                             std::span<const crypto::Digest> leaves,
                                             base::ByteView first_leaf, base::ByteSource& plain);
// Where in the blob plaintext byte `from` begins; `from` is what count_true_bytes() said, and less
// than the attachment's size, or 0.
std::uint64_t place_of(std::uint64_t from);
// Decrypts the plaintext from byte `from` on. `verified` is the blob from place_of(from) on, out of
// leaves that have been checked. kVerificationFailed, or what `verified` or `plain` says.
base::Result<void> open_rest(const Attachment& attachment, const BlobKeys& keys, std::uint64_t from,
                             base::ByteSource& verified, base::ByteSink& plain);

}  // namespace sealpost::message
