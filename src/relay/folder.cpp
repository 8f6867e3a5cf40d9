#include "relay/folder.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include "note/key_file.hpp"

namespace sealpost::relay {
namespace {

constexpr std::string_view kLogKeyKind = "sealpost-log-key-1";
constexpr std::size_t kMaxSmallFile = 1 << 20;

base::Error no_relay(const Folder& folder) {
  return {base::Code::kNotFound, "no relay in " + folder.dir.string(),
          "make one with: sealpost relay init --dir " + folder.dir.string()};
}

}  // namespace

base::Result<Settings> read_settings(const Folder& folder) {
  auto bytes = base::read_file(folder.settings(), kMaxSmallFile);
  if (!bytes && bytes.error().code == base::Code::kNotFound) return no_relay(folder);
  if (!bytes) return std::move(bytes).error();
  return parse_settings(base::as_text(*bytes));
}

base::Result<void> write_log_key(const Folder& folder, const note::Signer& signer) {
  return note::write_key_file(folder.log_key(), kLogKeyKind, signer);
}

base::Result<note::Signer> read_log_key(const Folder& folder) {
  return note::read_key_file(folder.log_key(), kLogKeyKind);
}

base::Result<crypto::SecretBytes> read_secret_text(const std::filesystem::path& path) {
  TRY(const base::Fd file, base::open_read(path));
  crypto::SecretBytes out(kMaxSmallFile);
  TRY(const std::size_t size, base::read_full(file.get(), out.expose_mutable()));
  if (size == kMaxSmallFile) {
    return base::Error{base::Code::kMalformed, path.string() + " is too long", ""};
  }
  out.truncate(size);
  return out;
}

base::Result<base::Fd> take_lock(const Folder& folder) {
  if (!std::filesystem::exists(folder.settings())) return no_relay(folder);
  base::Fd lock(::open(folder.lock_file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return base::errno_error("cannot open", folder.lock_file());
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return base::Error{base::Code::kConflict,
                       "another process works on the relay in " + folder.dir.string(), ""};
  }
  return lock;
}

}  // namespace sealpost::relay
