#include "flow/transfer.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "flow/byte_pipe.hpp"
#include "message/attachment.hpp"

namespace sealpost::flow {
namespace {

using Type = std::pair<std::string_view, std::string_view>;

// Sorted by ending. What is not here is bytes.
constexpr std::array kTypes{
    Type{"avi", "video/x-msvideo"},
    Type{"bmp", "image/bmp"},
    Type{"csv", "text/csv"},
    Type{"dcm", "application/dicom"},
    Type{"doc", "application/msword"},
    Type{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    Type{"eml", "message/rfc822"},
    Type{"gif", "image/gif"},
    Type{"gz", "application/gzip"},
    Type{"heic", "image/heic"},
    Type{"html", "text/html"},
    Type{"jpeg", "image/jpeg"},
    Type{"jpg", "image/jpeg"},
    Type{"json", "application/json"},
    Type{"m4a", "audio/mp4"},
    Type{"md", "text/markdown"},
    Type{"mov", "video/quicktime"},
    Type{"mp3", "audio/mpeg"},
    Type{"mp4", "video/mp4"},
    Type{"odt", "application/vnd.oasis.opendocument.text"},
    Type{"ogg", "audio/ogg"},
    Type{"pdf", "application/pdf"},
    Type{"png", "image/png"},
    Type{"rtf", "application/rtf"},
    Type{"sql", "application/sql"},
    Type{"svg", "image/svg+xml"},
    Type{"tar", "application/x-tar"},
    Type{"tif", "image/tiff"},
    Type{"tiff", "image/tiff"},
    Type{"txt", "text/plain"},
    Type{"wav", "audio/wav"},
    Type{"webp", "image/webp"},
    Type{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    Type{"xml", "application/xml"},
    Type{"zip", "application/zip"},
    Type{"zst", "application/zstd"},
};

class WatchedSink final : public base::ByteSink {
 public:
  WatchedSink(base::ByteSink& inner, TransferProgress& progress)
      : inner_(inner), progress_(progress) {}
  base::Result<void> write(base::ByteView bytes) override {
    TRY(inner_.write(bytes));
    progress_.advance(bytes.size());
    return {};
  }

 private:
  base::ByteSink& inner_;
  TransferProgress& progress_;
};

// One thread receives while others check, decrypt and write.
base::Result<void> fetch_and_open(client::RelayClient& client,
                                  const message::Attachment& attachment, base::ByteSink& into) {
  TRY(const wire::BlobCompletion blob, client.blob_leaves(attachment.blob));
  BytePipe pipe;
  std::thread receiver([&] {
    BytePipe::Sink sink(pipe);
    pipe.close(client.fetch_blob(attachment.blob, 0, attachment.ciphertext_size, sink));
  });
  BytePipe::Source source(pipe);
  auto opened = message::open_blob(attachment, blob.leaves, source, into);
  pipe.abandon();
  receiver.join();
  return opened;
}

}  // namespace

base::Result<OpenFile> open_outgoing(const std::filesystem::path& path) {
  if (path == "-") return OpenFile(base::Fd(), STDIN_FILENO, std::nullopt);
  TRY(base::Fd file, base::open_read(path));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return base::errno_error("cannot read", path);
  if (S_ISDIR(status.st_mode)) {
    return base::Error{base::Code::kUsage, path.string() + " is a folder",
                       "pack it first, for example with tar, and send that"};
  }
  std::optional<std::uint64_t> size;
  if (S_ISREG(status.st_mode)) size = static_cast<std::uint64_t>(status.st_size);
  const int fd = file.get();
  return OpenFile(std::move(file), fd, size);
}

std::string media_type_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return "application/octet-stream";
  std::string ending(name.substr(dot + 1));
  for (char& c : ending) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const auto* at =
      std::lower_bound(kTypes.begin(), kTypes.end(), ending,
                       [](const Type& type, std::string_view key) { return type.first < key; });
  if (at == kTypes.end() || at->first != ending) return "application/octet-stream";
  return std::string(at->second);
}

base::Result<void> download_attachment(client::RelayClient& client,
                                       const message::Attachment& attachment, base::ByteSink& into,
                                       Context&, TransferProgress& progress) {
  WatchedSink watched(into, progress);
  progress.start(attachment.name, attachment.size);
  auto outcome = fetch_and_open(client, attachment, watched);
  progress.done();
  return outcome;
}

base::Result<void> download_attachment(client::RelayClient& client,
                                       const message::Attachment& attachment,
                                       const std::filesystem::path& into, Context& context,
                                       TransferProgress& progress) {
  TRY(auto file, base::PartialFile::create(into, 0600));
  base::FdSink sink(file.fd());
  TRY(download_attachment(client, attachment, sink, context, progress));
  return file.commit();
}

}  // namespace sealpost::flow
