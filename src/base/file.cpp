#include "base/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/encoding.hpp"

namespace sealpost::base {
namespace {

Code code_of_errno(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return Code::kNotFound;
    case EISDIR:
    case ENAMETOOLONG:
      return Code::kUsage;
    case EEXIST:
      return Code::kConflict;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return Code::kNoSpace;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::kDenied;
    default:
      return Code::kInternal;
  }
}

Error exists_already(const std::filesystem::path& path) {
  return {Code::kConflict, path.string() + " exists already", "choose another name"};
}

Error being_written(const std::filesystem::path& partial) {
  return {Code::kConflict, partial.string() + " is being written by another process",
          "wait for the other one"};
}

Error no_standard_input() {
  return {Code::kUsage, "standard input is closed",
          "say where to read from; nothing at all is </dev/null"};
}

// What is named is what was asked for, not the .partial beside it.
Error cannot_begin(Error error, const std::filesystem::path& path) {
  if (error.code != Code::kNotFound) return error;
  const bool here = !path.has_parent_path();
  return {Code::kNotFound,
          here ? "the current folder is gone" : path.parent_path().string() + " is not there",
          "make the folder first"};
}

// A regular file that nobody else made or reaches by another name.
bool is_own_file(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink == 1 &&
         info.st_uid == ::geteuid();
}

// Its lock tells a living writer from a dead one.
bool is_being_written(const std::filesystem::path& partial) {
  const Fd fd(::open(partial.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  return fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

// "scan.dcm" becomes "scan.dcm.4f1c09ab.partial"
Result<std::filesystem::path> unused_partial(const std::filesystem::path& path) {
  std::array<std::uint8_t, 4> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    return errno_error("cannot get random bytes");
  }
  std::filesystem::path partial = path;
  partial += "." + to_hex(random) + ".partial";
  return partial;
}

// Gives `from` the name `to` unless that exists; errno is EEXIST when it does.
bool rename_new(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  // File systems that do not know the flag mostly know hard links.
  return ::link(from.c_str(), to.c_str()) == 0 && ::unlink(from.c_str()) == 0;
}

bool same_file(int fd, const std::filesystem::path& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(fd, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Fd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Error errno_error(std::string_view what, const std::filesystem::path& path) {
  const int number = errno;
  std::string text(what);
  if (!path.empty()) text += " " + path.string();
  text += ": ";
  text += std::strerror(number);
  return {code_of_errno(number), text, number == ENOSPC ? "free some space and try again" : ""};
}

Result<Fd> open_read(const std::filesystem::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno == EINTR) return Error{Code::kInterrupted, "interrupted", ""};
  if (!fd) {
    Error error = errno_error("cannot open", path);
    if (error.code == Code::kNotFound) error.hint = "check the name, and the folder you are in";
    if (error.code == Code::kDenied) error.hint = "see whose it is with: ls -ld " + path.string();
    return error;
  }
  return fd;
}

Result<Fd> create_new(const std::filesystem::path& path, mode_t mode) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!fd) return errno_error("cannot create", path);
  return fd;
}

Result<std::size_t> read_some(int fd, std::span<std::uint8_t> out) {
  for (;;) {
    const ssize_t count = ::read(fd, out.data(), out.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EBADF && fd == STDIN_FILENO) return no_standard_input();
    if (errno != EINTR) return errno_error("cannot read");
  }
}

Result<std::size_t> read_full(int fd, std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    TRY(const std::size_t count, read_some(fd, out.subspan(done)));
    if (count == 0) break;
    done += count;
  }
  return done;
}

Result<void> write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno_error("cannot write");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Result<Bytes> read_fd(int fd, std::size_t limit) {
  Bytes out;
  for (;;) {
    const std::size_t old = out.size();
    out.resize(old + 65536);
    TRY(const std::size_t count, read_some(fd, std::span(out).subspan(old)));
    out.resize(old + count);
    if (count == 0) return out;
    if (out.size() > limit) {
      return Error{Code::kMalformed, "longer than " + std::to_string(limit) + " bytes", ""};
    }
  }
}

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit) {
  TRY(const Fd fd, open_read(path));
  auto bytes = read_fd(fd.get(), limit);
  if (!bytes) return with_context(std::move(bytes).error(), path.string());
  return bytes;
}

PartialFile::PartialFile(std::filesystem::path path, std::filesystem::path partial, Fd fd)
    : path_(std::move(path)), partial_(std::move(partial)), fd_(std::move(fd)) {}

PartialFile::PartialFile(PartialFile&& other) noexcept
    : path_(std::move(other.path_)),
      partial_(std::exchange(other.partial_, {})),
      fd_(std::move(other.fd_)) {}

Result<PartialFile> PartialFile::create(std::filesystem::path path, mode_t mode) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) return exists_already(path);
  std::filesystem::path partial = path;
  partial += ".partial";
  if (::lstat(partial.c_str(), &info) == 0) {
    if (is_being_written(partial)) return being_written(partial);
    TRY(partial, unused_partial(path));
  }
  auto created = create_new(partial, mode);
  if (!created) return cannot_begin(std::move(created).error(), path);
  Fd fd = *std::move(created);
  ::flock(fd.get(), LOCK_EX | LOCK_NB);  // where locks do not exist, commit() still looks
  return PartialFile(std::move(path), std::move(partial), std::move(fd));
}

Result<PartialFile> PartialFile::resume(std::filesystem::path path, mode_t mode) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) return exists_already(path);
  std::filesystem::path partial = path;
  partial += ".partial";
  Fd fd(::open(partial.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd || !is_own_file(fd.get())) return create(std::move(path), mode);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return being_written(partial);
  // Whoever wrote it may have been done just before the lock was free.
  if (!same_file(fd.get(), partial)) return create(std::move(path), mode);
  return PartialFile(std::move(path), std::move(partial), std::move(fd));
}

PartialFile::~PartialFile() {
  if (!partial_.empty()) ::unlink(partial_.c_str());
}

Result<void> PartialFile::commit() {
  if (::fsync(fd_.get()) != 0) return errno_error("cannot sync", partial_);
  if (!same_file(fd_.get(), partial_)) {
    partial_.clear();
    return Error{Code::kConflict, path_.string() + " is being written twice", ""};
  }
  if (!rename_new(partial_, path_)) {
    return errno == EEXIST ? exists_already(path_) : errno_error("cannot create", path_);
  }
  partial_.clear();
  return sync_folder(folder_of(path_));
}

Result<void> write_new_file(const std::filesystem::path& path, ByteView bytes, mode_t mode) {
  TRY(PartialFile file, PartialFile::create(path, mode));
  TRY(write_all(file.fd(), bytes));
  return file.commit();
}

Result<void> replace_file(const std::filesystem::path& path, ByteView bytes, mode_t mode) {
  std::string pattern = path.string() + ".XXXXXX";
  Fd fd(::mkostemp(pattern.data(), O_CLOEXEC));
  if (!fd) return errno_error("cannot create", pattern);
  auto written = [&]() -> Result<void> {
    TRY(write_all(fd.get(), bytes));
    if (::fchmod(fd.get(), mode) != 0) return errno_error("cannot set the mode of", pattern);
    if (::fsync(fd.get()) != 0) return errno_error("cannot sync", pattern);
    if (::rename(pattern.c_str(), path.c_str()) != 0) return errno_error("cannot replace", path);
    return sync_folder(folder_of(path));
  }();
  if (!written) ::unlink(pattern.c_str());
  return written;
}

Result<void> make_private_folder(const std::filesystem::path& path) {
  std::filesystem::path so_far;
  for (const auto& part : path) {
    so_far /= part;
    if (::mkdir(so_far.c_str(), 0700) != 0 && errno != EEXIST && errno != EISDIR) {
      return errno_error("cannot create the folder", so_far);
    }
  }
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) {
    return Error{Code::kConflict, path.string() + " is not a folder", ""};
  }
  return {};
}

Result<void> sync_folder(const std::filesystem::path& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return errno_error("cannot open the folder", path);
  if (::fsync(fd.get()) != 0) return errno_error("cannot sync the folder", path);
  return {};
}

}  // namespace sealpost::base
