#include "flow/transfer.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/regular_file.hpp"
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

constexpr mode_t kMode = 0600;

constexpr std::size_t kHashChunk = 256 << 10;  // bytes

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

bool holds_something(const base::PartialFile& file) {
  struct stat status {};
  return ::fstat(file.fd(), &status) == 0 && status.st_size > 0;
}

// What a later run can take up stays.
base::Error leave(base::PartialFile& file, base::Error error) {
  if (!holds_something(file)) return error;
  file.keep();
  if (may_go_on(error.code)) {
    error.hint = "the same command goes on from what is in " + file.path().string() + ".partial";
  }
  return error;
}

// Leaves what holds nothing of the attachment, because it is somebody else's, and begins beside it.
base::Result<base::PartialFile> begin_beside(base::PartialFile found) {
  std::filesystem::path path = found.path();
  {
    base::PartialFile theirs = std::move(found);
    theirs.keep();
  }
  return base::PartialFile::create(std::move(path), kMode);
}

// Fetches what the file does not hold yet. What it holds behind `from` is cut off first.
base::Result<void> fill(const base::PartialFile& file, BlobReader& reader, std::uint64_t from,
                        const Download& download, TransferProgress& progress) {
  const auto offset = static_cast<off_t>(from);
  if (::fchmod(file.fd(), kMode) != 0 || ::ftruncate(file.fd(), offset) != 0 ||
      ::lseek(file.fd(), offset, SEEK_SET) != offset) {
    return base::errno_error("cannot go on with", file.path());
  }
  if (from > 0) progress.skip(from);
  if (from == download.attachment.size && from > 0) return {};
  base::FdSink sink(file.fd());
  WatchedSink watched(sink, progress);
  return reader.read_rest(from, watched);
}

base::Result<void> check_digest(const base::PartialFile& file, const Download& download) {
  if (!download.sha256) return {};
  if (::lseek(file.fd(), 0, SEEK_SET) != 0) return base::errno_error("cannot read", file.path());
  base::FdSource source(file.fd());
  crypto::Sha256 hash;
  std::vector<std::uint8_t> chunk(kHashChunk);
  for (;;) {
    TRY(const std::size_t count, source.read(chunk));
    if (count == 0) break;
    hash.update(base::ByteView(chunk).first(count));
  }
  if (hash.finish() == *download.sha256) return {};
  return base::Error{base::Code::kVerificationFailed,
                     download.attachment.name + " is not the file that was recorded", ""};
}

base::Result<void> go_on(base::PartialFile found, client::RelayClient& client,
                         const Download& download, Context& context, TransferProgress& progress) {
  auto reader = BlobReader::open(client, download, context);
  if (!reader) return leave(found, std::move(reader).error());
  const auto from = reader->count_true(found.fd());
  if (!from) return leave(found, from.error());
  const bool beside = *from == 0 && holds_something(found);
  TRY(base::PartialFile file,
      beside ? begin_beside(std::move(found)) : base::Result<base::PartialFile>(std::move(found)));
  auto outcome = fill(file, *reader, *from, download, progress);
  if (outcome) outcome = check_digest(file, download);
  if (outcome) return file.commit();
  base::Error error = std::move(outcome).error();
  return may_go_on(error.code) && !beside ? leave(file, std::move(error)) : error;
}

}  // namespace

base::Result<OpenFile> open_outgoing(const std::filesystem::path& path, bool regular) {
  if (path == "-") return OpenFile(base::Fd(), STDIN_FILENO, std::nullopt);
  TRY(base::Fd file,
      regular ? base::open_regular(path, base::Symlinks::kFollow) : base::open_read(path));
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
  TRY(auto found, base::PartialFile::resume(into, kMode));
  progress.start(download.attachment.name, download.attachment.size);
  auto outcome = go_on(std::move(found), client, download, context, progress);
  progress.done();
  return outcome;
}

}  // namespace sealpost::flow
