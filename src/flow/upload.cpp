#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "flow/block_source.hpp"
#include "flow/part_queue.hpp"
#include "flow/transfer.hpp"
#include "flow/upload_journal.hpp"
#include "message/attachment.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kCopyBytes = 1 << 20;
constexpr int kBeginnings = 3;  // of one upload in one run; more often nothing steady can be sent

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

// Tells the progress what is read.
class CountingSource final : public base::ByteSource {
 public:
  CountingSource(base::ByteSource& inner, TransferProgress& progress)
      : inner_(inner), progress_(progress) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override {
    TRY(const std::size_t count, inner_.read(out));
    progress_.advance(count);
    return count;
  }

 private:
  base::ByteSource& inner_;
  TransferProgress& progress_;
};

// Whether the relay has a part of a block that the journal does not know. Part n has bytes of no
// later block than n.
bool beyond(const std::set<std::uint64_t>& stored, std::uint64_t known, std::uint64_t size) {
  if (stored.empty() || size == 0) return false;
  return std::min(*stored.rbegin(), (size - 1) / kBlockSize) >= known;
}

// Says how to go on where that is possible.
base::Error stopped(base::Error error, const Upload& upload) {
  const bool later = error.code == base::Code::kUnreachable || error.code == base::Code::kBusy ||
                     error.code == base::Code::kInterrupted;
  if (!later || upload.journal.empty()) return error;
  error.hint = upload.file.size()
                   ? "`sealpost outbox retry` goes on, and so does the same command with the same "
                     "--key: parts that the relay has are not sent again"
                   : "a pipe cannot be read again: run the whole command once more";
  return error;
}

struct Blob {
  std::string id;
  message::SealedBlob sealed;
  crypto::Digest content{};
};

class Uploader {
 public:
  Uploader(vault::Vault& vault, client::RelayClient& client, const Upload& upload, Context& context,
           TransferProgress& progress)
      : vault_(vault),
        client_(client),
        upload_(upload),
        context_(context),
        progress_(progress),
        pacer_(context.clock, context.interrupt, upload.bandwidth) {}

  // Straight through, going on where an earlier run stopped, or anew when that cannot be.
  base::Result<Blob> regular(std::uint64_t size) {
    const std::uint64_t total = message::blob_ciphertext_size(size);
    for (int beginning = 1;; ++beginning) {
      TRY(auto journal, UploadJournal::open(vault_, upload_.journal, size, context_.random));
      progress_.start(upload_.name, total);
      again_ = Again::kNo;
      auto blob = stream(size, journal);
      progress_.done();
      if (blob || again_ == Again::kNo || beginning == kBeginnings) return blob;
      if (again_ == Again::kUnderNewKeys) {
        TRY(vault_.transaction([&] { return UploadJournal::forget(vault_, upload_.journal); }));
      }
    }
  }

  // Sealed first, sent when its size is known.
  base::Result<Blob> pipe() {
    TRY(UploadJournal journal, UploadJournal::open(vault_, {}, 0, context_.random));
    progress_.start(upload_.name, std::nullopt);
    auto spooled = spool(journal);
    progress_.done();
    if (!spooled) return std::move(spooled).error();
    const std::uint64_t total = spooled->blob.sealed.ciphertext_size;
    progress_.start(upload_.name, total);
    auto sent = send_spool(*spooled, total);
    progress_.done();
    if (!sent) return std::move(sent).error();
    return std::move(spooled->blob);
  }

 private:
  enum class Again { kNo, kUnderSameKeys, kUnderNewKeys };
  struct Spooled {
    base::Fd file;
    Blob blob;
  };

  // What the sealing threads give out is what the connections send.
  base::Result<Blob> stream(std::uint64_t size, UploadJournal& journal) {
    if (::lseek(upload_.file.fd(), 0, SEEK_SET) != 0) return base::errno_error("cannot read back");
    TRY(PartsWanted wanted, reserve(journal.blob(), message::blob_ciphertext_size(size)));
    // Such parts were made by a vault that is no more.
    if (beyond(wanted.stored, journal.known(), size)) {
      again_ = Again::kUnderNewKeys;
      return base::Error{base::Code::kConflict, "the relay has parts that this vault never sent",
                         "was the vault restored from a copy? Send the file again"};
    }
    PartQueue queue(client_, std::move(wanted), pacer_, context_.interrupt);
    PartSink parts(queue);
    BlockSource plain(upload_.file.fd(), size, journal, context_.interrupt);
    auto sealed = message::seal_blob(plain, parts, journal.keys());
    if (plain.changed()) again_ = Again::kUnderNewKeys;
    if (!sealed) return std::move(sealed).error();
    TRY(const crypto::Digest content, plain.finish());
    TRY(parts.finish());
    TRY(complete(journal.blob(), sealed->leaves));
    return Blob{journal.blob(), *std::move(sealed), content};
  }

  base::Result<Spooled> spool(UploadJournal& journal) {
    TRY(base::Fd file, temporary_file());
    base::FdSink into(file.get());
    BlockSource plain(upload_.file.fd(), std::nullopt, journal, context_.interrupt);
    CountingSource counted(plain, progress_);
    TRY(auto sealed, message::seal_blob(counted, into, journal.keys()));
    TRY(const crypto::Digest content, plain.finish());
    if (::lseek(file.get(), 0, SEEK_SET) != 0) return base::errno_error("cannot read back");
    return Spooled{std::move(file), {journal.blob(), std::move(sealed), content}};
  }

  base::Result<void> send_spool(const Spooled& spooled, std::uint64_t total) {
    TRY(PartsWanted wanted, reserve(spooled.blob.id, total));
    PartQueue queue(client_, std::move(wanted), pacer_, context_.interrupt);
    PartSink parts(queue);
    base::FdSource from(spooled.file.get());
    TRY(copy(from, parts));
    TRY(parts.finish());
    return complete(spooled.blob.id, spooled.blob.sealed.leaves);
  }

  base::Result<PartsWanted> reserve(const std::string& blob, std::uint64_t size) {
    TRY(const wire::BlobState state, client_.reserve_blob({blob, size}));
    PartsWanted wanted{blob, {state.parts.begin(), state.parts.end()}, {}, {}};
    for (std::uint64_t part = 0; state.complete && part * wire::kPartSize < size; ++part) {
      wanted.stored.insert(part);
    }
    wanted.sent = [this](std::uint64_t bytes) { progress_.advance(bytes); };
    wanted.skipped = [this](std::uint64_t bytes) { progress_.skip(bytes); };
    return wanted;
  }

  base::Result<void> complete(const std::string& blob, const std::vector<crypto::Digest>& leaves) {
    auto completed = client_.complete_blob(blob, {leaves});
    // The relay has swept or lost parts meanwhile.
    const bool lost = !completed && completed.error().code == base::Code::kConflict;
    if (lost) again_ = Again::kUnderSameKeys;
    return completed;
  }

  vault::Vault& vault_;
  client::RelayClient& client_;
  const Upload& upload_;
  Context& context_;
  TransferProgress& progress_;
  client::Pacer pacer_;
  Again again_ = Again::kNo;
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

base::Result<UploadedFile> upload_attachment(vault::Vault& vault, client::RelayClient& client,
                                             const Upload& upload, Context& context,
                                             TransferProgress& progress) {
  const std::optional<std::uint64_t> size = upload.file.size();
  if (size && *size > message::kMaxAttachmentSize) {
    return base::Error{base::Code::kUsage, "an attachment may hold at most 128 GiB", ""};
  }
  Uploader uploader(vault, client, upload, context, progress);
  auto blob = size ? uploader.regular(*size) : uploader.pipe();
  if (!blob) return stopped(std::move(blob).error(), upload);
  const crypto::Digest content = blob->content;
  return UploadedFile{attachment_of(upload, *std::move(blob)), content};
}

base::Result<std::uint64_t> uploaded_bytes(vault::Vault& vault, const std::string& journal) {
  return UploadJournal::noted_bytes(vault, journal);
}

base::Result<void> forget_upload(vault::Vault& vault, const std::string& journal) {
  return UploadJournal::forget(vault, journal);
}

}  // namespace sealpost::flow
