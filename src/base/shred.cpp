#include "base/shred.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

#include "base/file.hpp"

namespace sealpost::base {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBlock = 256 << 10;  // bytes

bool is_regular(const fs::path& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

Result<void> write_zeros(int fd, std::uint64_t count) {
  const Bytes zeros(static_cast<std::size_t>(std::min(count, kBlock)));
  while (count > 0) {
    const std::uint64_t now = std::min<std::uint64_t>(count, zeros.size());
    TRY(write_all(fd, ByteView(zeros).first(static_cast<std::size_t>(now))));
    count -= now;
  }
  return {};
}

Result<void> remove_name(const fs::path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return errno_error("cannot remove", path);
}

Result<void> destroy_entry(const fs::path& path) {
  std::error_code ignored;
  if (fs::symlink_status(path, ignored).type() != fs::file_type::directory) {
    return destroy_file(path);
  }
  TRY(destroy_within(path, ""));
  if (::rmdir(path.c_str()) == 0 || errno == ENOENT) return {};
  return errno_error("cannot remove", path);
}

}  // namespace

Result<void> overwrite_file(const fs::path& path, std::uint64_t most) {
  if (!is_regular(path)) return {};
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file && errno == ENOENT) return {};
  if (!file) return errno_error("cannot open", path);
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return errno_error("cannot read", path);
  TRY(write_zeros(file.get(), std::min(most, static_cast<std::uint64_t>(found.st_size))));
  if (::fdatasync(file.get()) != 0) return errno_error("cannot write", path);
  return {};
}

Result<void> destroy_file(const fs::path& path) {
  TRY(overwrite_file(path));
  return remove_name(path);
}

Result<void> destroy_within(const fs::path& folder, const std::string& spared) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename() != spared) entries.push_back(at->path());
  }
  if (error == std::errc::no_such_file_or_directory) return {};
  if (error) {
    return Error{Code::kInternal, "cannot list " + folder.string() + ": " + error.message(), ""};
  }
  for (const fs::path& entry : entries) TRY(destroy_entry(entry));
  return sync_folder(folder);
}

}  // namespace sealpost::base
