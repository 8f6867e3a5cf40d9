// The tiles of a tree that grows: what a mirror writes, and what a check of one compares with.
// Memory is bounded: one open tile a level. A value; one thread.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "merkle/tile.hpp"

namespace sealpost::merkle {

class GrowingTiles {
 public:
  // Takes a tile of hashes; what it fails with stops the growing.
  using Emit = std::function<base::Result<void>(const TileId& tile, base::ByteView hashes)>;

  GrowingTiles() = default;
  // Goes on where a tree of `size` leaves ended, whose partial tiles `read` gives. Whether they are
  // the right ones shows in root(). kMalformed when a tile has another length.
  static base::Result<GrowingTiles> resume(std::uint64_t size, const TileReader& read);

  // Every tile that the leaf makes full goes to `full`, the lower level first.
  base::Result<void> append(const Digest& leaf, const Emit& full);
  // As if the leaves of a full tile of level 0 had been appended, of which this is the root; that
  // tile itself goes nowhere. Aborts when the tree does not end where a tile does.
  base::Result<void> append_tile(const Digest& root, const Emit& full);
  // Every level's partial tile, as the tree is now.
  base::Result<void> emit_partial(const Emit& partial) const;

  std::uint64_t size() const { return size_; }
  Digest root() const;
  // The leaf hashes of the last, partial tile of level 0.
  const std::vector<Digest>& open_leaves() const { return open_.front(); }

 private:
  base::Result<void> push(int level, const Digest& hash, const Emit& full);
  std::uint64_t size_ = 0;
  std::array<std::vector<Digest>, kMaxTileLevel + 1> open_;  // each level's last, partial tile
};

}  // namespace sealpost::merkle
