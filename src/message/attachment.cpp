#include "message/attachment.hpp"

#include <array>

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
constexpr std::uint64_t kAgeHeaderSize = 149;

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

}  // namespace

std::string new_blob_key(base::Random& random) {
  const auto key = crypto::Secret<kBlobKeySize, struct BlobKeyTag>::random(random);
  return base::to_base64(key.expose());
}

std::uint64_t blob_ciphertext_size(std::uint64_t size) {
  return kAgeHeaderSize + age::payload_size(size);
}

base::Result<SealedBlob> seal_blob(base::ByteSource& plain, base::ByteSink& cipher, std::string key,
                                   base::Random& random) {
  const auto file_key = age::FileKey::random(random);
  const age::ScryptRecipient recipient(base::as_bytes(key), kWorkFactor);
  const std::array<const age::Recipient*, 1> recipients{&recipient};
  TRY(const base::Bytes header, age::seal_header(file_key, recipients, random));
  LimitedSource limited(plain);
  LeafSink leaves(cipher);
  TRY(leaves.write(header));
  TRY(age::encrypt_payload(file_key, limited, leaves, 0, random));
  SealedBlob sealed;
  sealed.size = limited.count();
  sealed.ciphertext_size = leaves.count();
  sealed.key = std::move(key);
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
  SizedSink sized(plain, attachment.size);
  const age::ScryptIdentity identity(base::as_bytes(attachment.key), kWorkFactor);
  const std::array<const age::Identity*, 1> identities{&identity};
  TRY(age::decrypt(checked, sized, identities));
  TRY(checked.finish());
  return sized.finish();
}

}  // namespace sealpost::message
