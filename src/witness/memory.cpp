#include "witness/memory.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "note/key_file.hpp"

namespace sealpost::witness {
namespace {

namespace fs = std::filesystem;
using base::Result;

constexpr std::string_view kKeyKind = "sealpost-witness-key-1";
constexpr std::size_t kMaxNote = 1 << 20;  // bytes
constexpr std::size_t kMaxEvidence = 100;  // files

Result<base::Fd> take_lock(const fs::path& folder) {
  const fs::path path = folder / "lock";
  base::Fd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return base::errno_error("cannot open", path);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  return base::Error{base::Code::kConflict, "another process is the witness in " + folder.string(),
                     "wait until it is done, or end it"};
}

Result<note::Signer> make_key(const fs::path& path, const std::string& name, base::Random& random) {
  TRY(note::Signer key, note::Signer::make(name, crypto::SigningKey::generate(random)));
  TRY(note::write_key_file(path, kKeyKind, key));
  return key;
}

std::string hashed(std::string_view text) {
  return base::to_hex(crypto::sha256(base::as_bytes(text)));
}

// Names of logs are not names of files.
fs::path file_of(const fs::path& folder, const std::string& origin) {
  return folder / (hashed(origin) + ".checkpoint");
}

}  // namespace

Result<Memory> Memory::open(const fs::path& folder, const std::optional<std::string>& wanted,
                            const std::string& usual, base::Random& random) {
  TRY(base::make_private_folder(folder));
  TRY(base::Fd lock, take_lock(folder));
  const fs::path path = folder / "key";
  if (!fs::exists(path)) {
    TRY(note::Signer key, make_key(path, wanted.value_or(usual), random));
    return Memory(folder, std::move(lock), std::move(key), true);
  }
  TRY(note::Signer key, note::read_key_file(path, kKeyKind));
  if (wanted && *wanted != key.name()) {
    return base::Error{base::Code::kConflict,
                       "the witness in " + folder.string() + " is named " + key.name(),
                       "another name is another witness: give it a folder of its own"};
  }
  return Memory(folder, std::move(lock), std::move(key), false);
}

Result<std::optional<std::string>> Memory::last(const std::string& origin) const {
  const auto bytes = base::read_file(file_of(folder_, origin), kMaxNote);
  if (bytes) return std::optional<std::string>(base::as_text(*bytes));
  if (bytes.error().code == base::Code::kNotFound) return std::optional<std::string>();
  return bytes.error();
}

Result<void> Memory::remember(const std::string& origin, const std::string& note) const {
  return base::replace_file(file_of(folder_, origin), base::as_bytes(note), 0600);
}

Result<fs::path> Memory::accuse(const std::string& request) const {
  const fs::path folder = folder_ / "evidence";
  TRY(base::make_private_folder(folder));
  fs::path path = folder / (hashed(request) + ".txt");
  std::error_code failed;
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    if (entry.path() == path) return path;
    ++count;
  }
  if (count >= kMaxEvidence) {
    return base::Error{base::Code::kNoSpace, folder.string() + " is full of evidence",
                       "look at it, and move it away"};
  }
  TRY(base::replace_file(path, base::as_bytes(request), 0600));
  return path;
}

}  // namespace sealpost::witness
