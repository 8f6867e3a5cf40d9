// Files and descriptors: bounded reads, writes that are whole or absent, and no clobbering.
//
// Paths are used as given; making an outside name safe is text/safety.hpp. Errors: kNotFound when
// the path does not exist, kConflict when it exists and must not, kNoSpace when the disk is full,
// kMalformed past a limit, kUsage for folders and long names, kDenied, kInternal for the rest.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace sealpost::base {

// Owns a file descriptor; closes it. Move-only.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd() { reset(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

// The Error for the current errno: "<what> <path>: <strerror>", with the Code of the table above.
Error errno_error(std::string_view what, const std::filesystem::path& path = {});

Result<Fd> open_read(const std::filesystem::path& path);
// Creates a new file; kConflict if anything (also a dangling link) has that name.
Result<Fd> create_new(const std::filesystem::path& path, mode_t mode);

// Up to out.size() bytes; 0 at the end. Restarts after signals. kUsage when standard input is
// wanted and closed.
Result<std::size_t> read_some(int fd, std::span<std::uint8_t> out);
// Fills `out` unless the end comes first; returns how many bytes were read.
Result<std::size_t> read_full(int fd, std::span<std::uint8_t> out);
Result<void> write_all(int fd, ByteView bytes);

// The whole content; kMalformed when it is longer than `limit` bytes.
Result<Bytes> read_fd(int fd, std::size_t limit);
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit);

// A file that appears under its name only when it is complete: written to "<name>.partial", or to
// "<name>.<random>.partial" where that is taken, synced by commit(), then renamed to the final
// name, which must not exist. Destroyed without commit() or keep(), it leaves nothing. One thread.
class PartialFile {
 public:
  // kConflict when the final name exists already or another process writes the same file now. A
  // .partial that is there stays: it may be anybody's.
  static Result<PartialFile> create(std::filesystem::path path, mode_t mode);
  // The same, but takes up a .partial that is there, as it is, if it is a regular file of this user
  // under one name. Its content is nobody's word: check it, and keep() it untouched if not yours.
  static Result<PartialFile> resume(std::filesystem::path path, mode_t mode);
  PartialFile(PartialFile&& other) noexcept;
  PartialFile& operator=(PartialFile&&) = delete;
  ~PartialFile();
  int fd() const { return fd_.get(); }
  const std::filesystem::path& path() const { return path_; }
  // Syncs the file, gives it its name without replacing anything, syncs the folder.
  Result<void> commit();
  // Leaves the .partial behind, to be resumed.
  void keep() { partial_.clear(); }

 private:
  PartialFile(std::filesystem::path path, std::filesystem::path partial, Fd fd);
  std::filesystem::path path_;
  std::filesystem::path partial_;
  Fd fd_;
};

// Whole new file with `mode`, never overwriting.
Result<void> write_new_file(const std::filesystem::path& path, ByteView bytes, mode_t mode);
// Replaces or creates the file in one step (temporary name, sync, rename, sync of the folder).
Result<void> replace_file(const std::filesystem::path& path, ByteView bytes, mode_t mode);
// Creates the folder and its parents with 0700 where missing; an existing one is left as it is.
Result<void> make_private_folder(const std::filesystem::path& path);
Result<void> sync_folder(const std::filesystem::path& path);

}  // namespace sealpost::base
