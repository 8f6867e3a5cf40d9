// Attachments on their way to the relay and back: sealed and checked as they stream, in constant
// memory (below 64 MiB), on several threads and connections, going on where an earlier run stopped.
// sealpost-message(5), ATTACHMENTS.
//
// A relay that is away is waited for as long as client/limits.hpp says. Then kUnreachable or kBusy,
// with a hint how to go on; kInterrupted as soon as the process is asked to stop.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/stream.hpp"
#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "message/header.hpp"
#include "vault/vault.hpp"

namespace sealpost::flow {

// Told how far a transfer has come. advance() may come from another thread than start() and done(),
// but never two calls at once.
class TransferProgress {
 public:
  virtual ~TransferProgress() = default;
  virtual void start(const std::string& name, std::optional<std::uint64_t> total) = 0;  // bytes
  virtual void skip(std::uint64_t bytes) = 0;     // this many were there before this run
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
// "-" is standard input, which stays open. kUsage for a folder; otherwise as base::open_read, or as
// base::open_regular where only a regular file will do.
base::Result<OpenFile> open_outgoing(const std::filesystem::path& path, bool regular = false);

// By the ending of a file name; "application/octet-stream" for one that is not known.
std::string media_type_of(std::string_view name);

// What two files have in common when every byte of them is the same.
base::Result<crypto::Digest> content_digest(base::ByteSource& source);

struct Upload {
  const OpenFile& file;  // read from where it stands; a regular file from its beginning
  std::string name;
  std::string media_type;
  std::string journal;          // what the vault knows this upload by; empty: it cannot go on
  std::uint64_t bandwidth = 0;  // bytes per second over all connections; 0: no limit
};

struct UploadedFile {
  message::Attachment attachment;
  crypto::Digest content{};  // as content_digest() says
};

// Seals the file and stores it at the relay as a complete blob; what is returned belongs in a
// message's header. A regular file streams straight to the relay. With a journal, the same call in
// another process sends only those parts that the relay does not have, or begins anew, under new
// keys, when the file has changed since (flow/upload_journal.hpp has the law). A pipe's sealed blob
// waits in a nameless temporary file ($TMPDIR, else /var/tmp) until its size is known, and always
// begins anew: plaintext never touches a disk.
//
// kConflict when a regular file becomes longer or shorter while it is read; kUsage when it is too
// large; otherwise what the file, the disk, the vault or the client says. What is never completed,
// or never named by a message, is swept by the relay. The vault is used by one thread at a time,
// but not only by the caller's.
base::Result<UploadedFile> upload_attachment(vault::Vault& vault, client::RelayClient& client,
                                             const Upload& upload, Context& context,
                                             TransferProgress& progress);

// Erases what the vault keeps for going on; absent is fine. Belongs into the transaction that keeps
// the message, or gives it up.
base::Result<void> forget_upload(vault::Vault& vault, const std::string& journal);

// How much of the file the upload has got to, as far as the vault knows; 0 when it knows nothing.
base::Result<std::uint64_t> uploaded_bytes(vault::Vault& vault, const std::string& journal);

struct Download {
  const message::Attachment& attachment;
  std::uint64_t bandwidth = 0;  // bytes per second over all connections; 0: no limit
  // Of the content, where a record says it too. A file with another one never gets its name; a sink
  // is not looked after.
  std::optional<crypto::Digest> sha256 = std::nullopt;
};

// Fetches, checks and opens a blob. Into a path: a new file of mode 0600 that appears when it is
// complete, checked and synced, never over another one (kConflict, also while another process
// fetches it). Meanwhile <path>.partial holds what was checked; it stays when the relay or the
// disk fails or the process is stopped, and what of it fits the signed leaves is not fetched again.
// Into a sink: every piece has been checked before it is written. kVerificationFailed when anything
// is not as its sender signed; then nothing stays.
base::Result<void> download_attachment(client::RelayClient& client, const Download& download,
                                       const std::filesystem::path& into, Context& context,
                                       TransferProgress& progress);
base::Result<void> download_attachment(client::RelayClient& client, const Download& download,
                                       base::ByteSink& into, Context& context,
                                       TransferProgress& progress);

}  // namespace sealpost::flow
