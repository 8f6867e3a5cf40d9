#include "flow/transfer.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "flow/blob_reader.hpp"

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

// Failures after which what was fetched is worth keeping.
bool may_go_on(base::Code code) {
  return code == base::Code::kUnreachable || code == base::Code::kBusy ||
         code == base::Code::kInterrupted || code == base::Code::kNoSpace;
}

// Fetches what the file does not hold yet. What it holds and what is not true is cut off first.
base::Result<void> fill(base::PartialFile& file, client::RelayClient& client,
                        const Download& download, Context& context, TransferProgress& progress) {
  TRY(BlobReader reader, BlobReader::open(client, download, context));
  TRY(const std::uint64_t from, reader.count_true(file.fd()));
  const auto offset = static_cast<off_t>(from);
  if (::ftruncate(file.fd(), offset) != 0 || ::lseek(file.fd(), offset, SEEK_SET) != offset) {
    return base::errno_error("cannot go on with", file.path());
  }
  if (from > 0) progress.skip(from);
  if (from == download.attachment.size && from > 0) return {};
  base::FdSink sink(file.fd());
  WatchedSink watched(sink, progress);
  return reader.read_rest(from, watched);
}

bool holds_something(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && status.st_size > 0;
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

base::Result<void> download_attachment(client::RelayClient& client, const Download& download,
                                       base::ByteSink& into, Context& context,
                                       TransferProgress& progress) {
  WatchedSink watched(into, progress);
  progress.start(download.attachment.name, download.attachment.size);
  auto outcome = [&]() -> base::Result<void> {
    TRY(BlobReader reader, BlobReader::open(client, download, context));
    return reader.read_rest(0, watched);
  }();
  progress.done();
  return outcome;
}

base::Result<void> download_attachment(client::RelayClient& client, const Download& download,
                                       const std::filesystem::path& into, Context& context,
                                       TransferProgress& progress) {
  TRY(auto file, base::PartialFile::resume(into, 0600));
  progress.start(download.attachment.name, download.attachment.size);
  auto outcome = fill(file, client, download, context, progress);
  progress.done();
  if (outcome) return file.commit();
  base::Error error = std::move(outcome).error();
  if (may_go_on(error.code) && holds_something(file.fd())) {
    file.keep();
    error.hint = "the same command goes on from what is in " + into.string() + ".partial";
  }
  return error;
}

}  // namespace sealpost::flow
