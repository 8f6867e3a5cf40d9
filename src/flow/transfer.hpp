// Attachments on their way to the relay and back: sealed and checked as they stream, in constant
// memory (below 64 MiB), on several threads. sealpost-message(5), ATTACHMENTS.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/stream.hpp"
#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "message/header.hpp"

namespace sealpost::flow {

// Told how far a transfer has come. advance() may come from another thread than start() and done(),
// but never two calls at once.
class TransferProgress {
 public:
  virtual ~TransferProgress() = default;
  virtual void start(const std::string& name, std::optional<std::uint64_t> total) = 0;  // bytes
  virtual void advance(std::uint64_t bytes) = 0;  // this many more
  virtual void done() = 0;                        // also after a failure
};

// A file to be sent: a regular file, a pipe or standard input. Move-only.
class OpenFile {
 public:
  OpenFile(base::Fd owned, int fd, std::optional<std::uint64_t> size)
      : owned_(std::move(owned)), fd_(fd), size_(size) {}
  int fd() const { return fd_; }
  std::optional<std::uint64_t> size() const { return size_; }  // of regular files, bytes

 private:
  base::Fd owned_;
  int fd_;
  std::optional<std::uint64_t> size_;
};
// "-" is standard input, which stays open. kUsage for a folder; otherwise as base::open_read.
base::Result<OpenFile> open_outgoing(const std::filesystem::path& path);

// By the ending of a file name; "application/octet-stream" for one that is not known.
std::string media_type_of(std::string_view name);

struct Upload {
  base::ByteSource& source;
  std::optional<std::uint64_t> size;  // when given, this many bytes are sent and no more
  std::string name;
  std::string media_type;
};

// Seals the source and stores it at the relay as a complete blob; what is returned belongs in a
// message's header. With a size it streams straight to the relay; without one, as with a pipe, the
// sealed blob waits in a nameless temporary file ($TMPDIR, else /var/tmp) until its size is known:
// plaintext never touches a disk. kConflict when the source has fewer bytes than its size says;
// otherwise what the source, the disk or the client says. After a failure the relay sweeps away
// what was stored.
base::Result<message::Attachment> upload_attachment(client::RelayClient& client,
                                                    const Upload& upload, Context& context,
                                                    TransferProgress& progress);

// Fetches, checks and opens a blob. Into a path: a new file of mode 0600 that appears when it is
// complete, checked and synced, never over another one (kConflict). Into a sink: every piece has
// been checked before it is written. kVerificationFailed when anything is not as its sender signed.
base::Result<void> download_attachment(client::RelayClient& client,
                                       const message::Attachment& attachment,
                                       const std::filesystem::path& into, Context& context,
                                       TransferProgress& progress);
base::Result<void> download_attachment(client::RelayClient& client,
                                       const message::Attachment& attachment, base::ByteSink& into,
                                       Context& context, TransferProgress& progress);

}  // namespace sealpost::flow
