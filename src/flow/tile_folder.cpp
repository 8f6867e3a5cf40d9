#include "flow/tile_folder.hpp"

#include "base/regular_file.hpp"

namespace sealpost::flow {
namespace {

namespace fs = std::filesystem;
using base::Result;
using merkle::kTileWidth;

constexpr std::size_t kMaxNote = 1 << 20;
constexpr std::size_t kMaxTile = 17 << 20;  // 256 entries of 65,535 bytes and their lengths

Result<base::Bytes> read_plain(const fs::path& path, std::size_t limit) {
  TRY(const base::Fd file, base::open_regular(path, base::Symlinks::kFollow));
  auto bytes = base::read_fd(file.get(), limit);
  if (!bytes) return base::with_context(std::move(bytes).error(), path.string());
  return bytes;
}

base::Error wrong_length(const merkle::TileId& tile) {
  return {base::Code::kMalformed, merkle::tile_path(tile) + " is not complete", ""};
}

}  // namespace

Result<std::string> TileFolder::checkpoint() const {
  TRY(const base::Bytes bytes, read_plain(path_ / "checkpoint", kMaxNote));
  return std::string(base::as_text(bytes));
}

Result<base::Bytes> TileFolder::read(const merkle::TileId& tile) const {
  auto bytes = read_plain(path_ / merkle::tile_path(tile), kMaxTile);
  const bool missing = !bytes && bytes.error().code == base::Code::kNotFound;
  if (!missing || tile.width == kTileWidth) return bytes;
  auto full = read_plain(path_ / merkle::tile_path({tile.level, tile.index, kTileWidth}), kMaxTile);
  return full ? full : bytes;
}

Result<base::Bytes> TileFolder::hashes(const merkle::TileId& tile) const {
  TRY(base::Bytes bytes, read(tile));
  const std::size_t wanted = static_cast<std::size_t>(tile.width) * sizeof(merkle::Digest);
  const std::size_t full = static_cast<std::size_t>(kTileWidth) * sizeof(merkle::Digest);
  if (bytes.size() != wanted && bytes.size() != full) return wrong_length(tile);
  bytes.resize(wanted);
  return bytes;
}

Result<std::optional<std::vector<base::Bytes>>> TileFolder::entries(
    const merkle::TileId& bundle) const {
  const auto bytes = read(bundle);
  if (!bytes && bytes.error().code == base::Code::kNotFound) {
    return std::optional<std::vector<base::Bytes>>();
  }
  if (!bytes) return bytes.error();
  auto entries = merkle::split_bundle(*bytes);
  if (!entries || (entries->size() != bundle.width && entries->size() != kTileWidth)) {
    return wrong_length(bundle);
  }
  entries->resize(static_cast<std::size_t>(bundle.width));
  return std::optional(*std::move(entries));
}

}  // namespace sealpost::flow
