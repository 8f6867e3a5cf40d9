#include "message/attachment.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "age/chunk.hpp"
#include "age/file.hpp"
#include "age/scrypt.hpp"
#include "age/stream.hpp"
#include "base/encoding.hpp"
#include "message/leaves.hpp"

namespace sealpost::message {
namespace {

// The passphrase is a random key: stretching adds nothing.
constexpr int kWorkFactor = 1;
// An age header with one scrypt stanza of a one-digit work factor always has this size.
constexpr std::size_t kAgeHeaderSize = 149;
static_assert(kBlobBeginning == kAgeHeaderSize + age::kPayloadNonceSize);

base::ByteView header_of(const BlobKeys& keys) {
  return base::ByteView(keys.beginning).first(kAgeHeaderSize);
}

age::PayloadNonce nonce_of(const BlobKeys& keys) {
  age::PayloadNonce nonce{};
  std::copy_n(keys.beginning.begin() + kAgeHeaderSize, nonce.size(), nonce.begin());
  return nonce;
}

base::Error not_a_blob() {
  return {base::Code::kVerificationFailed, "the attachment is not the one its sender signed", ""};
}

// Counts what passes and refuses more than an attachment may hold.
class LimitedSource final : public base::ByteSource {
 public:
  explicit LimitedSource(base::ByteSource& inner) : inner_(inner) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override {
    TRY(const std::size_t count, inner_.read(out));
    count_ += count;
    if (count_ > kMaxAttachmentSize) {
      return base::Error{base::Code::kUsage, "an attachment may hold at most 128 GiB", ""};
    }
    return count;
  }
  std::uint64_t count() const { return count_; }

 private:
  base::ByteSource& inner_;
  std::uint64_t count_ = 0;
};

base::Error wrong_size() {
  return {base::Code::kVerificationFailed, "the attachment is not as long as its header says", ""};
}

// Lets exactly `size` bytes through.
class SizedSink final : public base::ByteSink {
 public:
  SizedSink(base::ByteSink& inner, std::uint64_t size) : inner_(inner), left_(size) {}
  base::Result<void> write(base::ByteView bytes) override {
    if (bytes.size() > left_) return wrong_size();
    left_ -= bytes.size();
    return inner_.write(bytes);
  }
  base::Result<void> finish() const { return left_ == 0 ? base::Result<void>() : wrong_size(); }

 private:
  base::ByteSink& inner_;
  std::uint64_t left_;
};

// Compares ciphertext that is made again with a blob, leaf by leaf, and in the first leaf, which is
// at hand, byte by byte. Ends the work at the first leaf that is different.
class ComparingSink final : public base::ByteSink {
 public:
  ComparingSink(base::ByteView first_leaf, std::span<const crypto::Digest> leaves,
                std::uint64_t size)
      : first_leaf_(first_leaf), expected_(leaves), size_(size) {
    leaf_.reserve(kLeafSize);
  }
  base::Result<void> write(base::ByteView bytes) override {
    while (!bytes.empty()) {
      const auto piece = bytes.first(std::min(bytes.size(), kLeafSize - leaf_.size()));
      base::append(leaf_, piece);
      count_ += piece.size();
      bytes = bytes.subspan(piece.size());
      if (leaf_.size() == kLeafSize || count_ == size_) TRY(close_leaf());
    }
    return {};
  }
  bool differs() const { return differs_; }
  // Bytes of the blob that are certainly the same.
  std::uint64_t same() const {
    if (same_ > 0) return same_;
    const auto both = std::min(leaf_.size(), first_leaf_.size());
    const auto end = leaf_.begin() + static_cast<std::ptrdiff_t>(both);
    const auto at = std::mismatch(leaf_.begin(), end, first_leaf_.begin()).first;
    return static_cast<std::uint64_t>(at - leaf_.begin());
  }

 private:
  base::Result<void> close_leaf() {
    differs_ = expected_.empty() || merkle::leaf_hash(leaf_) != expected_.front();
    if (differs_) return base::Error{base::Code::kConflict, "the rest is different", ""};
    expected_ = expected_.subspan(1);
    same_ = count_;
    leaf_.clear();
    return {};
  }

  base::ByteView first_leaf_;
  std::span<const crypto::Digest> expected_;
  std::uint64_t size_;
  base::Bytes leaf_;
  std::uint64_t count_ = 0;
  std::uint64_t same_ = 0;  // at the end of the last leaf that was the same
  bool differs_ = false;
};

}  // namespace

std::string new_blob_key(base::Random& random) {
  const auto key = crypto::Secret<kBlobKeySize, struct BlobKeyTag>::random(random);
  return base::to_base64(key.expose());
}

std::uint64_t blob_ciphertext_size(std::uint64_t size) {
  return kAgeHeaderSize + age::payload_size(size);
}

BlobKeys new_blob_keys(base::Random& random) {
  BlobKeys keys;
  keys.key = new_blob_key(random);
  keys.file_key = age::FileKey::random(random);
  const age::ScryptRecipient recipient(base::as_bytes(keys.key), kWorkFactor);
  const std::array<const age::Recipient*, 1> recipients{&recipient};
  const auto header = age::seal_header(keys.file_key, recipients, random);
  if (!header || header->size() != kAgeHeaderSize) std::abort();  // one recipient cannot fail
  std::copy(header->begin(), header->end(), keys.beginning.begin());
  random.fill(std::span(keys.beginning).subspan<kAgeHeaderSize>());
  return keys;
}

base::Result<BlobKeys> open_blob_keys(std::string key, base::ByteView beginning) {
  BlobKeys keys;
  if (beginning.size() < keys.beginning.size()) return not_a_blob();
  std::copy_n(beginning.begin(), keys.beginning.size(), keys.beginning.begin());
  const age::ScryptIdentity identity(base::as_bytes(key), kWorkFactor);
  const std::array<const age::Identity*, 1> identities{&identity};
  TRY(age::OpenedHeader header, age::open_header(header_of(keys), identities));
  if (header.size != kAgeHeaderSize) return not_a_blob();
  keys.file_key = std::move(header.file_key);
  keys.key = std::move(key);
  return keys;
}

base::Result<SealedBlob> seal_blob(base::ByteSource& plain, base::ByteSink& cipher,
                                   const BlobKeys& keys) {
  LimitedSource limited(plain);
  LeafSink leaves(cipher);
  TRY(leaves.write(header_of(keys)));
  TRY(age::encrypt_payload(keys.file_key, nonce_of(keys), limited, leaves, 0));
  SealedBlob sealed;
  sealed.size = limited.count();
  sealed.ciphertext_size = leaves.count();
  sealed.key = keys.key;
  sealed.leaves = leaves.finish();
  sealed.root = merkle::root_of(sealed.leaves);
  return sealed;
}

base::Result<void> verify_leaves(std::span<const crypto::Digest> leaves,
                                 const Attachment& attachment) {
  const std::uint64_t expected = (attachment.ciphertext_size + kLeafSize - 1) / kLeafSize;
  if (leaves.size() != expected || merkle::root_of(leaves) != attachment.root) {
    return base::Error{base::Code::kVerificationFailed,
                       "the attachment's hashes are not those its sender signed", ""};
  }
  return {};
}

base::Result<void> open_blob(const Attachment& attachment, std::span<const crypto::Digest> leaves,
                             base::ByteSource& cipher, base::ByteSink& plain) {
  TRY(verify_leaves(leaves, attachment));
  LeafSource checked(cipher, attachment.ciphertext_size, leaves);
  std::array<std::uint8_t, kBlobBeginning> beginning{};
  TRY(const std::size_t read, base::read_full(checked, beginning));
  TRY(const BlobKeys keys, open_blob_keys(attachment.key, base::ByteView(beginning).first(read)));
  SizedSink sized(plain, attachment.size);
  TRY(age::decrypt_payload_from(keys.file_key, nonce_of(keys), 0, checked, sized));
  TRY(checked.finish());
  return sized.finish();
}

base::Result<std::uint64_t> count_true_bytes(const Attachment& attachment, const BlobKeys& keys,
                                             std::span<const crypto::Digest> leaves,
                                             base::ByteView first_leaf, base::ByteSource& plain) {
  ComparingSink compare(first_leaf, leaves, attachment.ciphertext_size);
  auto read = compare.write(header_of(keys));
  if (read) read = age::encrypt_payload(keys.file_key, nonce_of(keys), plain, compare, 0);
  if (!read && !compare.differs()) return std::move(read).error();
  const std::uint64_t same = compare.same();
  if (same == attachment.ciphertext_size) return attachment.size;
  if (same < kBlobBeginning) return std::uint64_t{0};
  return (same - kBlobBeginning) / age::kSealedChunkSize * age::kChunkSize;
}

std::uint64_t place_of(std::uint64_t from) {
  return kBlobBeginning + from / age::kChunkSize * age::kSealedChunkSize;
}

base::Result<void> open_rest(const Attachment& attachment, const BlobKeys& keys, std::uint64_t from,
                             base::ByteSource& verified, base::ByteSink& plain) {
  SizedSink sized(plain, attachment.size - from);
  TRY(age::decrypt_payload_from(keys.file_key, nonce_of(keys), from / age::kChunkSize, verified,
                                sized));
  return sized.finish();
}

}  // namespace sealpost::message
