#include "relay/store/disk_blobs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/regular_file.hpp"

namespace sealpost::relay {

namespace {

constexpr std::uint64_t kReserve = 64 << 20;  // bytes left for messages, log and their commits

// A disk that fails now may work later: whoever asked comes again.
base::Error disk_error(std::string_view what, const std::filesystem::path& path = {}) {
  const bool failing = errno == EIO || errno == EROFS;
  base::Error error = base::errno_error(what, path);
  if (failing) error.code = base::Code::kBusy;
  return error;
}

// A part that was abandoned, or never came, is a hole.
bool has_hole(int file, std::uint64_t size) {
  const off_t hole = ::lseek(file, 0, SEEK_HOLE);
  return hole >= 0 && static_cast<std::uint64_t>(hole) < size;
}

}  // namespace

base::Result<DiskBlobs> DiskBlobs::open(const std::filesystem::path& folder) {
  TRY(base::make_private_folder(folder));
  return DiskBlobs(folder);
}

std::filesystem::path DiskBlobs::path_of(std::string_view id) const {
  return folder_ / id.substr(0, 2) / id;
}

base::Result<base::Fd> DiskBlobs::open_for_writing(std::string_view id) {
  const std::filesystem::path path = path_of(id);
  TRY(base::make_private_folder(path.parent_path()));
  base::Fd file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!file) return disk_error("cannot write", path.filename());
  return file;
}

base::Result<void> DiskBlobs::write_at(const base::Fd& file, std::uint64_t offset,
                                       base::ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return disk_error("cannot write a blob");
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

bool DiskBlobs::is_there(const base::Fd& file) {
  struct stat info {};
  return ::fstat(file.get(), &info) == 0 && info.st_nlink > 0;
}

base::Result<void> DiskBlobs::sync_part(const base::Fd& file) {
  if (::fdatasync(file.get()) != 0) return disk_error("cannot sync a blob");
  return {};
}

void DiskBlobs::abandon(const base::Fd& file) {
  // Failing leaves the room taken until the sweep, and the hole check guards completion.
  [[maybe_unused]] const int ignored = ::ftruncate(file.get(), 0);
}

base::Result<std::uint64_t> DiskBlobs::room() {
  struct statvfs info {};
  if (::statvfs(folder_.c_str(), &info) != 0) return disk_error("cannot examine", folder_);
  const std::uint64_t free = std::uint64_t{info.f_bavail} * info.f_frsize;
  const std::uint64_t all = std::uint64_t{info.f_blocks} * info.f_frsize;
  const std::uint64_t kept = std::min(kReserve, all / 10);
  return free > kept ? free - kept : 0;
}

base::Result<void> DiskBlobs::sync(std::string_view id, std::uint64_t size) {
  const std::filesystem::path path = path_of(id);
  const base::Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return disk_error("cannot open", path.filename());
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return disk_error("cannot examine a blob");
  if (static_cast<std::uint64_t>(info.st_size) != size || has_hole(file.get(), size)) {
    return base::Error{base::Code::kVerificationFailed, "the blob's parts do not add up", ""};
  }
  if (::fdatasync(file.get()) != 0) return disk_error("cannot sync", path.filename());
  TRY(base::sync_folder(path.parent_path()));
  return base::sync_folder(folder_);
}

base::Result<base::Fd> DiskBlobs::open_for_reading(std::string_view id) {
  return base::open_regular(path_of(id), base::Symlinks::kRefuse);
}

base::Result<void> DiskBlobs::remove(std::string_view id) {
  const std::filesystem::path path = path_of(id);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return base::errno_error("cannot remove", path.filename());
  }
  return {};
}

base::Result<std::vector<std::string>> DiskBlobs::list() {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& shelf : std::filesystem::directory_iterator(folder_, error)) {
    std::error_code inner;
    for (const auto& file : std::filesystem::directory_iterator(shelf.path(), inner)) {
      out.push_back(file.path().filename().string());
    }
  }
  if (error) return base::Error{base::Code::kInternal, "cannot list the blobs", ""};
  return out;
}

}  // namespace sealpost::relay
