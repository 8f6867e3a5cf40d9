#include "relay/folder.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include "base/encoding.hpp"

namespace sealpost::relay {
namespace {

constexpr std::string_view kLogKeyLine = "sealpost-log-key-1";
constexpr std::size_t kMaxSmallFile = 1 << 20;

base::Error no_relay(const Folder& folder) {
  return {base::Code::kNotFound, "no relay in " + folder.dir.string(),
          "make one with: sealpost relay init --dir " + folder.dir.string()};
}

base::Result<crypto::SecretBytes> decode_seed(std::string_view text) {
  TRY(base::Bytes raw, base::parse_base64(text));
  crypto::SecretBytes out((base::ByteView(raw)));
  crypto::wipe(raw);
  return out;
}

}  // namespace

base::Result<Settings> read_settings(const Folder& folder) {
  auto bytes = base::read_file(folder.settings(), kMaxSmallFile);
  if (!bytes && bytes.error().code == base::Code::kNotFound) return no_relay(folder);
  if (!bytes) return std::move(bytes).error();
  return parse_settings(base::as_text(*bytes));
}

base::Result<void> write_log_key(const Folder& folder, const note::Signer& signer) {
  const crypto::SigningSeed seed = signer.key().seed();
  std::string text = std::string(kLogKeyLine) + "\n" + signer.name() + "\n";
  const std::size_t public_part = text.size();
  text.reserve(public_part + 64);  // no copy of the seed is left behind by growing
  std::string encoded = base::to_base64(seed.expose());
  text += encoded + "\n";
  auto written = base::replace_file(folder.log_key(), base::as_bytes(text), 0600);
  const auto wipe = [](std::string& what) {
    crypto::wipe({reinterpret_cast<std::uint8_t*>(what.data()), what.size()});
  };
  wipe(encoded);
  wipe(text);
  return written;
}

base::Result<note::Signer> read_log_key(const Folder& folder) {
  const base::Error wrong{base::Code::kMalformed, "log.key is out of form", ""};
  TRY(const crypto::SecretBytes file, read_secret_text(folder.log_key()));
  const auto lines = base::split(file.expose_text(), '\n');
  if (lines.size() != 4 || lines[0] != kLogKeyLine || !lines[3].empty()) return wrong;
  const auto raw = decode_seed(lines[2]);
  if (!raw) return wrong;
  const auto seed = crypto::SigningSeed::from(raw->expose());
  if (!seed) return wrong;
  return note::Signer::make(std::string(lines[1]), crypto::SigningKey::from_seed(*seed));
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
