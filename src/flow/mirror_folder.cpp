#include "flow/mirror_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/regular_file.hpp"

namespace sealpost::flow {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::Result;

constexpr std::string_view kMarker = "sealpost-mirror";
constexpr std::string_view kVersion = "sealpost-mirror/1\nroot: ";
constexpr std::string_view kCheckpoint = "checkpoint";
constexpr std::string_view kTrust = "trust";
constexpr std::string_view kPruned = "pruned";
constexpr std::string_view kLock = ".lock";
constexpr mode_t kMode = 0600;
constexpr std::size_t kMaxSmall = 1 << 20;  // marker, checkpoint
constexpr std::size_t kMaxTile = 17 << 20;  // 256 entries of 65,535 bytes and their lengths
constexpr std::size_t kMaxTrust = 256 << 20;

Error no_mirror(const fs::path& path) {
  return {base::Code::kMalformed, path.string() + " is not a mirror of an audit log",
          "make one with `sealpost audit mirror`"};
}

Result<base::Fd> lock(const fs::path& path, int flags, int operation) {
  base::Fd fd(::open((path / kLock).c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, kMode));
  if (!fd && errno == ENOENT) return base::Fd();  // a copy on a read-only medium
  if (!fd && errno == ENOTDIR) return no_mirror(path);
  if (!fd && (errno == ELOOP || errno == EISDIR || errno == ENXIO)) {
    return Error{base::Code::kConflict, (path / kLock).string() + " is not a plain file",
                 "remove it; a mirror makes its own"};
  }
  if (!fd) return base::errno_error("cannot open", path / kLock);
  if (::flock(fd.get(), operation | LOCK_NB) == 0) return fd;
  if (errno != EWOULDBLOCK) return base::errno_error("cannot lock", path / kLock);
  return Error{base::Code::kConflict, path.string() + " is in use by another sealpost",
               "wait until it is done"};
}

// Nothing of anybody else's: empty but for what an interrupted first run may have left.
bool is_free(const fs::path& path) {
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, failed)) {
    const std::string name = entry.path().filename();
    if (name != kLock && !name.starts_with(std::string(kMarker) + ".")) return false;
  }
  return !failed;
}

// A mirror may come from anybody: nothing in it is waited for.
Result<base::Bytes> read_plain(const fs::path& path, std::size_t limit) {
  TRY(const base::Fd file, base::open_regular(path, base::Symlinks::kFollow));
  auto bytes = base::read_fd(file.get(), limit);
  if (!bytes) return base::with_context(std::move(bytes).error(), path.string());
  return bytes;
}

bool holds(const fs::path& path, base::ByteView bytes) {
  std::error_code failed;
  if (fs::file_size(path, failed) != bytes.size() || failed) return false;
  const auto there = read_plain(path, bytes.size());
  return there && std::equal(there->begin(), there->end(), bytes.begin(), bytes.end());
}

// Removes every file of the folder but the one that stays.
void keep_only(const fs::path& folder, const std::string& name) {
  std::error_code ignored;
  std::vector<fs::path> others;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().filename() != name) others.push_back(entry.path());
  }
  for (const fs::path& other : others) fs::remove(other, ignored);
  fs::remove(folder, ignored);  // fails while something is in it
}

}  // namespace

Result<MirrorFolder> MirrorFolder::open_to_write(const fs::path& path, const std::string& root) {
  TRY(base::make_private_folder(path));
  const bool marked = fs::exists(path / kMarker);
  if (!marked && !is_free(path)) {
    return Error{base::Code::kConflict, path.string() + " is neither empty nor a mirror",
                 "choose a folder of its own"};
  }
  TRY(base::Fd held, lock(path, O_RDWR | O_CREAT, LOCK_EX));
  MirrorFolder folder(path, std::move(held));
  if (!marked) TRY(folder.write_marker(root));
  TRY(folder.read_marker());
  if (folder.root_ == root) return folder;
  return Error{base::Code::kConflict, path.string() + " mirrors another organisation",
               "choose a folder of its own"};
}

Result<MirrorFolder> MirrorFolder::open_to_read(const fs::path& path) {
  TRY(base::Fd held, lock(path, O_RDONLY, LOCK_SH));
  MirrorFolder folder(path, std::move(held));
  TRY(folder.read_marker());
  return folder;
}

Result<void> MirrorFolder::read_marker() {
  const auto bytes = read_plain(path_ / kMarker, kMaxSmall);
  if (!bytes) return no_mirror(path_);
  std::string_view text = base::as_text(*bytes);
  if (!text.starts_with(kVersion) || !text.ends_with('\n')) return no_mirror(path_);
  text.remove_prefix(kVersion.size());
  text.remove_suffix(1);
  root_ = text;
  return {};
}

Result<void> MirrorFolder::write_marker(const std::string& root) {
  const std::string text = std::string(kVersion) + root + "\n";
  return base::replace_file(path_ / kMarker, base::as_bytes(text), kMode);
}

Result<std::optional<std::string>> MirrorFolder::checkpoint() const {
  if (!fs::exists(path_ / kCheckpoint)) return std::optional<std::string>();
  TRY(const base::Bytes bytes, read_plain(path_ / kCheckpoint, kMaxSmall));
  return std::optional<std::string>(base::as_text(bytes));
}

Result<base::Bytes> MirrorFolder::tile(const merkle::TileId& tile) const {
  return read_plain(path_ / merkle::tile_path(tile), kMaxTile);
}

Result<std::string> MirrorFolder::trust(std::uint64_t size) const {
  TRY(const base::Bytes bytes, read_plain(path_ / kTrust / fmt::format("{}", size), kMaxTrust));
  return std::string(base::as_text(bytes));
}

Result<std::optional<std::string>> MirrorFolder::pruned() const {
  if (!fs::exists(fs::symlink_status(path_ / kPruned))) return std::optional<std::string>();
  TRY(const base::Bytes bytes, read_plain(path_ / kPruned, kMaxTrust));
  return std::optional<std::string>(base::as_text(bytes));
}

Result<void> MirrorFolder::put_pruned(const std::string& list) {
  if (!list.empty()) return put(kPruned, base::as_bytes(list));
  std::error_code ignored;
  fs::remove(path_ / kPruned, ignored);  // of a run that ended half way
  return {};
}

std::optional<base::Bytes> MirrorFolder::left_over(const merkle::TileId& tile) {
  const fs::path path = path_ / merkle::tile_path(tile);
  auto bytes = read_plain(path, kMaxTile);
  if (!bytes) return std::nullopt;
  put_.push_back(path);
  return *std::move(bytes);
}

// Not synced: commit() syncs everything at once before the checkpoint says that it counts.
Result<void> MirrorFolder::put(const fs::path& name, base::ByteView bytes) {
  const fs::path path = path_ / name;
  if (holds(path, bytes)) return {};
  TRY(base::make_private_folder(path.parent_path()));
  const fs::path fresh = path.string() + ".new";
  const base::Fd fd(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kMode));
  if (!fd) return base::errno_error("cannot create", fresh);
  put_.push_back(fresh);
  TRY(base::write_all(fd.get(), bytes));
  if (::rename(fresh.c_str(), path.c_str()) != 0) return base::errno_error("cannot create", path);
  put_.back() = path;
  return {};
}

Result<void> MirrorFolder::put_tile(const merkle::TileId& tile, base::ByteView bytes) {
  return put(merkle::tile_path(tile), bytes);
}

Result<void> MirrorFolder::put_trust(std::uint64_t size, const std::string& chain) {
  return put(fs::path(kTrust) / fmt::format("{}", size), base::as_bytes(chain));
}

Result<void> MirrorFolder::commit(const std::string& checkpoint) {
  TRY(const base::Fd fd, base::open_read(path_));
  if (::syncfs(fd.get()) != 0) return base::errno_error("cannot sync", path_);
  TRY(base::replace_file(path_ / kCheckpoint, base::as_bytes(checkpoint), kMode));
  put_.clear();
  return {};
}

void MirrorFolder::take_back() {
  std::error_code failed;
  for (const fs::path& path : put_) {
    fs::remove(path, failed);
    fs::path folder = path.parent_path();
    while (folder != path_ && fs::remove(folder, failed) && !failed) folder = folder.parent_path();
  }
  put_.clear();
}

void MirrorFolder::tidy(std::uint64_t before, std::uint64_t size) const {
  const std::string prefix = std::string(kCheckpoint) + ".";
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, ignored)) {
    if (entry.path().filename().string().starts_with(prefix)) fs::remove(entry.path(), ignored);
  }
  keep_only(path_ / kTrust, fmt::format("{}", size));
  // Only the last tile of a level is partial; of the earlier one a full tile stands now.
  for (int level = -1; level <= merkle::kMaxTileLevel; ++level) {
    const std::uint64_t hashes = merkle::tile_hashes(size, level);
    const std::uint64_t last = merkle::tile_hashes(before, level) / merkle::kTileWidth;
    const bool same = last == hashes / merkle::kTileWidth;
    const fs::path partial = path_ / merkle::tile_path({level, last, 1});
    keep_only(partial.parent_path(), same ? fmt::format("{}", hashes % merkle::kTileWidth) : "");
  }
}

}  // namespace sealpost::flow
