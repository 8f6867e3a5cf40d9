// Tiles (C2SP tlog-tiles v0.1.0): names and arithmetic. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "merkle/merkle.hpp"

namespace sealpost::merkle {

inline constexpr std::uint64_t kTileWidth = 256;
inline constexpr int kMaxTileLevel = 7;

struct TileId {
  int level;            // -1 for an entry bundle
  std::uint64_t index;  // of the tile within its level
  std::uint64_t width;  // 1..256; 256 is a full tile
  bool operator==(const TileId&) const = default;
};

// "tile/0/x001/234", "tile/1/000.p/5", "tile/entries/000.p/7".
std::string tile_path(const TileId& tile);
// The inverse; kMalformed for any other form (leading zeros, width 0 or above 255, ...).
base::Result<TileId> parse_tile_path(std::string_view path);

// How many hashes (for level -1: entries) level `level` of a tree of `size` leaves has: floor(size
// / 256^level).
std::uint64_t tile_hashes(std::uint64_t size, int level);
// The tile of (level, index) as wide as a tree of `size` leaves allows; width 0: no such tile.
TileId tile_at(std::uint64_t size, int level, std::uint64_t index);

// Reads a whole tile: width * 32 bytes. kMalformed when the storage gives another length.
using TileReader = std::function<base::Result<base::Bytes>(const TileId&)>;
// A NodeReader over tiles of a tree of `size` leaves, caching up to 8 MiB of what it reads. It owns
// `read` and belongs to one thread; kNotFound for a node that the tree does not have.
NodeReader nodes_from_tiles(std::uint64_t size, TileReader read);

// Entry bundles: repeat(u16 length || entry). Split fails with kMalformed; the views are of
// `bundle`.
void append_entry(base::Bytes& bundle, base::ByteView entry);  // aborts above 65,535 bytes
base::Result<std::vector<base::ByteView>> view_bundle(base::ByteView bundle);
base::Result<std::vector<base::Bytes>> split_bundle(base::ByteView bundle);

}  // namespace sealpost::merkle
