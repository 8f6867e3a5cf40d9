#include "vault/lease.hpp"

#include <fcntl.h>

#include <cerrno>

#include "base/bytes.hpp"

namespace sealpost::vault {
namespace {

constexpr std::uint64_t kPositive = (std::uint64_t{1} << 62) - 1;

// A place in the file that nothing else shares, but for a chance of 2^-62.
base::Result<off_t> place_of(const crypto::Digest& what) {
  base::Reader reader{base::ByteView(what)};
  TRY(const std::uint64_t number, reader.be(8));
  return static_cast<off_t>(number & kPositive);
}

}  // namespace

base::Result<std::optional<Lease>> Lease::take(const std::filesystem::path& vault,
                                               const crypto::Digest& what) {
  std::filesystem::path path = vault;
  path += "-lock";
  base::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return base::errno_error("cannot open", path);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  TRY(lock.l_start, place_of(what));
  lock.l_len = 1;
  if (::fcntl(fd.get(), F_OFD_SETLK, &lock) == 0) return std::optional(Lease(std::move(fd)));
  if (errno == EAGAIN || errno == EACCES) return std::optional<Lease>();
  return base::errno_error("cannot lock", path);
}

}  // namespace sealpost::vault
