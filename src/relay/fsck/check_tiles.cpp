// The stored tree: every tile there and as wide as the log says, every hash above the lowest level
// derived again from the tile below it. The lowest level is compared with the leaves themselves.
#include <array>

#include "relay/fsck/examination.hpp"

namespace sealpost::relay {
namespace {

using merkle::Digest;

constexpr int kIndexBits = 56;
constexpr std::uint64_t kIndexMask = (std::uint64_t{1} << kIndexBits) - 1;
constexpr std::size_t kFullTile = merkle::kTileWidth * sizeof(Digest);

std::string name_of(int level, std::uint64_t index) {
  return std::to_string(level) + "/" + std::to_string(index);
}

std::vector<Digest> hashes_of(base::ByteView tile) {
  std::vector<Digest> out(tile.size() / sizeof(Digest));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const base::ByteView hash = tile.subspan(i * sizeof(Digest), sizeof(Digest));
    std::copy(hash.begin(), hash.end(), out[i].begin());
  }
  return out;
}

class TileWalk {
 public:
  explicit TileWalk(Examination& all) : all_(all) {}

  base::Result<void> run() {
    TRY(Query query, all_.db.query("SELECT id, hashes FROM tiles ORDER BY id"));
    for (;;) {
      TRY(const bool row, query.step());
      if (!row) break;
      ++all_.found.tiles;
      const base::Bytes hashes = query.bytes(1);
      TRY(take(query.number(0), hashes));
      TRY(all_.passed(hashes.size()));
    }
    for (int level = 0; level <= merkle::kMaxTileLevel; ++level) {
      TRY(skip_to(level, tiles_of(level)));
    }
    return {};
  }

 private:
  std::uint64_t tiles_of(int level) const {
    const std::uint64_t hashes = merkle::tile_hashes(all_.tree_size, level);
    return hashes / merkle::kTileWidth + (hashes % merkle::kTileWidth != 0 ? 1 : 0);
  }

  base::Result<void> skip_to(int level, std::uint64_t index) {
    std::uint64_t& next = next_[static_cast<std::size_t>(level)];
    if (next >= index) return {};
    const bool one = index - next == 1;
    const std::string last = name_of(level, index - 1);
    TRY(all_.damage(Part::kTile, name_of(level, next),
                    one ? "is missing" : "and all up to " + last + " are missing"));
    next = index;
    return {};
  }

  base::Result<void> take(std::uint64_t id, base::ByteView hashes) {
    const auto level = static_cast<int>(id >> kIndexBits);
    const std::uint64_t index = id & kIndexMask;
    const std::string name = name_of(level, index);
    if (level > merkle::kMaxTileLevel || index >= tiles_of(level)) {
      return all_.damage(Part::kTile, name, "lies beyond the log's end");
    }
    TRY(skip_to(level, index));
    next_[static_cast<std::size_t>(level)] = index + 1;
    const std::uint64_t width = merkle::tile_at(all_.tree_size, level, index).width;
    if (hashes.size() != width * sizeof(Digest)) {
      return all_.damage(Part::kTile, name,
                         "holds " + std::to_string(hashes.size()) + " bytes instead of " +
                             std::to_string(width * sizeof(Digest)));
    }
    return level == 0 ? base::Result<void>() : check_children(level, index, hashes_of(hashes));
  }

  base::Result<void> check_children(int level, std::uint64_t index,
                                    const std::vector<Digest>& hashes) {
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      TRY(const base::Bytes child, all_.reader.tile(level - 1, index * merkle::kTileWidth + i));
      if (child.size() != kFullTile) continue;  // said where it belongs
      if (merkle::root_of(hashes_of(child)) == hashes[i]) continue;
      TRY(all_.damage(Part::kTile, name_of(level, index),
                      "hash " + std::to_string(i) + " is not that of the tile below it"));
      TRY(all_.passed(child.size()));
    }
    return {};
  }

  Examination& all_;
  std::array<std::uint64_t, merkle::kMaxTileLevel + 1> next_{};
};

}  // namespace

base::Result<void> check_tiles(Examination& all) { return TileWalk(all).run(); }

}  // namespace sealpost::relay
