#include "base/regular_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace sealpost::base {

Result<Fd> open_regular(const std::filesystem::path& path, Symlinks symlinks) {
  const int links = symlinks == Symlinks::kRefuse ? O_NOFOLLOW : 0;
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | links));
  struct stat info {};
  const bool other = !fd ? errno == ENXIO || (errno == ELOOP && links != 0)
                         : ::fstat(fd.get(), &info) == 0 && !S_ISREG(info.st_mode);
  if (other) return Error{Code::kUsage, path.string() + " is not a regular file", ""};
  if (!fd) return errno_error("cannot open", path);
  return fd;
}

}  // namespace sealpost::base
