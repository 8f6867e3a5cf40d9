#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "base/encoding.hpp"
#include "crypto/random.hpp"
#include "flow/part_queue.hpp"
#include "flow/transfer.hpp"
#include "message/attachment.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kBlobIdBytes = 16;
constexpr std::size_t kCopyBytes = 1 << 20;

// Tells the progress what is read, and ends after `limit` bytes.
class WatchedSource final : public base::ByteSource {
 public:
  WatchedSource(base::ByteSource& inner, std::optional<std::uint64_t> limit,
                TransferProgress& progress)
      : inner_(inner), left_(limit), progress_(progress) {}

  base::Result<std::size_t> read(std::span<std::uint8_t> out) override {
    if (left_ && *left_ < out.size()) out = out.first(static_cast<std::size_t>(*left_));
    if (out.empty()) return std::size_t{0};
    TRY(const std::size_t count, inner_.read(out));
    if (left_) *left_ -= count;
    progress_.advance(count);
    return count;
  }

 private:
  base::ByteSource& inner_;
  std::optional<std::uint64_t> left_;
  TransferProgress& progress_;
};

// A file without a name: gone when it is closed, whatever happens.
base::Result<base::Fd> temporary_file() {
  const char* configured = std::getenv("TMPDIR");
  const std::filesystem::path folder =
      configured != nullptr && *configured != '\0' ? configured : "/var/tmp";
  std::string name = folder / "sealpost-XXXXXX";
  base::Fd fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd) return base::errno_error("cannot make a temporary file in", folder);
  ::unlink(name.c_str());
  return fd;
}

base::Result<void> copy(base::ByteSource& from, base::ByteSink& to) {
  base::Bytes block(kCopyBytes);
  for (;;) {
    TRY(const std::size_t count, from.read(block));
    if (count == 0) return {};
    TRY(to.write(base::ByteView(block).first(count)));
  }
}

struct Blob {
  std::string id;
  message::SealedBlob sealed;
};

class Uploader {
 public:
  Uploader(client::RelayClient& client, base::Random& random)
      : client_(client),
        random_(random),
        id_(base::to_hex(crypto::random_bytes(random, kBlobIdBytes))) {}

  // Straight through: what the sealing threads give out is what the connections send.
  base::Result<Blob> stream(base::ByteSource& plain, std::uint64_t size) {
    TRY(client_.reserve_blob({id_, message::blob_ciphertext_size(size)}));
    PartQueue queue(client_, id_);
    PartSink parts(queue);
    TRY(auto sealed, seal(plain, parts));
    if (sealed.size != size) return shrunk();
    TRY(parts.finish());
    return complete(std::move(sealed));
  }

  // Sealed first, sent when its size is known.
  base::Result<Blob> spool(base::ByteSource& plain) {
    TRY(const base::Fd file, temporary_file());
    base::FdSink into(file.get());
    TRY(auto sealed, seal(plain, into));
    if (::lseek(file.get(), 0, SEEK_SET) != 0) return base::errno_error("cannot read back");
    TRY(client_.reserve_blob({id_, sealed.ciphertext_size}));
    PartQueue queue(client_, id_);
    PartSink parts(queue);
    base::FdSource from(file.get());
    TRY(copy(from, parts));
    TRY(parts.finish());
    return complete(std::move(sealed));
  }

 private:
  base::Result<message::SealedBlob> seal(base::ByteSource& plain, base::ByteSink& cipher) {
    return message::seal_blob(plain, cipher, message::new_blob_key(random_), random_);
  }

  base::Result<Blob> complete(message::SealedBlob sealed) {
    TRY(client_.complete_blob(id_, {sealed.leaves}));
    return Blob{id_, std::move(sealed)};
  }

  static base::Error shrunk() {
    return {base::Code::kConflict, "the file became shorter while it was read",
            "send it when nobody writes to it"};
  }

  client::RelayClient& client_;
  base::Random& random_;
  std::string id_;
};

message::Attachment attachment_of(const Upload& upload, Blob blob) {
  message::Attachment attachment;
  attachment.name = upload.name;
  attachment.size = blob.sealed.size;
  attachment.media_type = upload.media_type;
  attachment.blob = std::move(blob.id);
  attachment.ciphertext_size = blob.sealed.ciphertext_size;
  attachment.root = blob.sealed.root;
  attachment.key = std::move(blob.sealed.key);
  return attachment;
}

}  // namespace

base::Result<message::Attachment> upload_attachment(client::RelayClient& client,
                                                    const Upload& upload, Context& context,
                                                    TransferProgress& progress) {
  if (upload.size && *upload.size > message::kMaxAttachmentSize) {
    return base::Error{base::Code::kUsage, "an attachment may hold at most 128 GiB", ""};
  }
  WatchedSource plain(upload.source, upload.size, progress);
  Uploader uploader(client, context.random);
  progress.start(upload.name, upload.size);
  auto blob = upload.size ? uploader.stream(plain, *upload.size) : uploader.spool(plain);
  progress.done();
  if (!blob) return std::move(blob).error();
  return attachment_of(upload, *std::move(blob));
}

}  // namespace sealpost::flow
