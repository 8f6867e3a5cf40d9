#include "merkle/growing.hpp"

#include <cstdlib>
#include <utility>

namespace sealpost::merkle {
namespace {

base::Bytes joined(const std::vector<Digest>& hashes) {
  base::Bytes out;
  for (const Digest& hash : hashes) base::append(out, hash);
  return out;
}

}  // namespace

base::Result<GrowingTiles> GrowingTiles::resume(std::uint64_t size, const TileReader& read) {
  GrowingTiles tiles;
  tiles.size_ = size;
  for (int level = 0; level <= kMaxTileLevel; ++level) {
    const std::uint64_t hashes = tile_hashes(size, level);
    const TileId tile{level, hashes / kTileWidth, hashes % kTileWidth};
    if (tile.width == 0) continue;
    TRY(const base::Bytes bytes, read(tile));
    if (bytes.size() != tile.width * sizeof(Digest)) {
      return base::Error{base::Code::kMalformed, "a tile of the wrong length", ""};
    }
    for (std::uint64_t i = 0; i < tile.width; ++i) {
      TRY(const Digest hash,
          crypto::digest_from(base::ByteView(bytes).subspan(i * sizeof(Digest), sizeof(Digest))));
      tiles.open_[static_cast<std::size_t>(level)].push_back(hash);
    }
  }
  return tiles;
}

base::Result<void> GrowingTiles::append(const Digest& leaf, const Emit& full) {
  ++size_;
  return push(0, leaf, full);
}

base::Result<void> GrowingTiles::append_tile(const Digest& root, const Emit& full) {
  if (!open_leaves().empty()) std::abort();  // the caller promised
  size_ += kTileWidth;
  return push(1, root, full);
}

base::Result<void> GrowingTiles::push(int level, const Digest& hash, const Emit& full) {
  if (level > kMaxTileLevel) return {};
  std::vector<Digest>& open = open_[static_cast<std::size_t>(level)];
  open.push_back(hash);
  if (open.size() < kTileWidth) return {};
  const std::vector<Digest> whole = std::exchange(open, {});
  const std::uint64_t index = tile_hashes(size_, level) / kTileWidth - 1;
  TRY(full({level, index, kTileWidth}, joined(whole)));
  return push(level + 1, root_of(whole), full);
}

base::Result<void> GrowingTiles::emit_partial(const Emit& partial) const {
  for (int level = 0; level <= kMaxTileLevel; ++level) {
    const std::vector<Digest>& open = open_[static_cast<std::size_t>(level)];
    if (open.empty()) continue;
    TRY(partial({level, tile_hashes(size_, level) / kTileWidth, open.size()}, joined(open)));
  }
  return {};
}

// What stands right of a level's last full tile is one more, smaller subtree of the next level: RFC
// 6962 §2.1 splits at the largest power of two, and so never within a full tile.
Digest GrowingTiles::root() const {
  std::vector<Digest> right;
  for (const std::vector<Digest>& open : open_) {
    std::vector<Digest> hashes = open;
    hashes.insert(hashes.end(), right.begin(), right.end());
    right.clear();
    if (!hashes.empty()) right.push_back(root_of(hashes));
  }
  return right.empty() ? empty_root() : right.front();
}

}  // namespace sealpost::merkle
