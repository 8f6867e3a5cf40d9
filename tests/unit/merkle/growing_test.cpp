// Tiles of a growing tree, against the tree computed from all leaves at once.
#include "merkle/growing.hpp"

#include <doctest/doctest.h>

#include <map>

namespace sealpost::merkle {
namespace {

Digest leaf(std::uint64_t i) {
  base::Bytes bytes;
  base::append_be(bytes, i, 8);
  return leaf_hash(bytes);
}

using Store = std::map<std::string, base::Bytes>;

GrowingTiles::Emit into(Store& store) {
  return [&store](const TileId& tile, base::ByteView hashes) -> base::Result<void> {
    store[tile_path(tile)] = base::to_bytes(hashes);
    return {};
  };
}

TileReader from(const Store& store) {
  return [&store](const TileId& tile) -> base::Result<base::Bytes> {
    const auto found = store.find(tile_path(tile));
    if (found != store.end()) return found->second;
    return base::Error{base::Code::kNotFound, tile_path(tile), ""};
  };
}

}  // namespace

TEST_CASE("the root is the tree's at every size") {
  GrowingTiles tiles;
  Frontier frontier;
  Store store;
  CHECK(tiles.root() == empty_root());
  for (std::uint64_t i = 0; i < 1100; ++i) {
    REQUIRE(tiles.append(leaf(i), into(store)));
    frontier.append(leaf(i));
    REQUIRE(tiles.root() == frontier.root());
    REQUIRE(tiles.size() == i + 1);
  }
}

TEST_CASE("whole tiles make the tree that their leaves make, but for the tiles of level 0") {
  GrowingTiles by_leaf;
  GrowingTiles by_tile;
  Store all;
  Store upper;
  for (std::uint64_t number = 0; number < 300; ++number) {
    std::vector<Digest> leaves;
    for (std::uint64_t i = 0; i < kTileWidth; ++i) leaves.push_back(leaf(number * kTileWidth + i));
    for (const Digest& each : leaves) REQUIRE(by_leaf.append(each, into(all)));
    REQUIRE(by_tile.append_tile(root_of(leaves), into(upper)));
    REQUIRE(by_tile.size() == by_leaf.size());
    REQUIRE(by_tile.root() == by_leaf.root());
  }
  REQUIRE(by_leaf.emit_partial(into(all)));
  REQUIRE(by_tile.emit_partial(into(upper)));
  CHECK(all.size() == upper.size() + 300);
  CHECK(upper.contains("tile/1/000"));
  for (const auto& [path, hashes] : upper) CHECK(all.at(path) == hashes);
}

TEST_CASE("a tree of 70,000 leaves has the tiles that the specification counts") {
  GrowingTiles tiles;
  Frontier frontier;
  Store store;
  for (std::uint64_t i = 0; i < 70000; ++i) {
    REQUIRE(tiles.append(leaf(i), into(store)));
    frontier.append(leaf(i));
  }
  CHECK(store.size() == 273 + 1);
  REQUIRE(tiles.emit_partial(into(store)));
  CHECK(store.size() == 273 + 1 + 3);
  CHECK(store.at("tile/0/273.p/112").size() == 112 * 32);
  CHECK(store.at("tile/1/000").size() == 256 * 32);
  CHECK(store.at("tile/1/001.p/17").size() == 17 * 32);
  CHECK(store.at("tile/2/000.p/1").size() == 32);
  CHECK(tiles.root() == frontier.root());
  // What a reader of tiles makes of them is the same tree.
  CHECK(read_root(70000, nodes_from_tiles(70000, from(store))).value() == frontier.root());
}

TEST_CASE("growing goes on from the partial tiles of any size") {
  for (const std::uint64_t before : {0UL, 1UL, 255UL, 256UL, 257UL, 511UL, 65536UL, 65537UL}) {
    Store store;
    GrowingTiles first;
    for (std::uint64_t i = 0; i < before; ++i) REQUIRE(first.append(leaf(i), into(store)));
    REQUIRE(first.emit_partial(into(store)));
    GrowingTiles second = GrowingTiles::resume(before, from(store)).value();
    CHECK(second.root() == first.root());
    for (std::uint64_t i = before; i < before + 300; ++i) {
      REQUIRE(first.append(leaf(i), into(store)));
      REQUIRE(second.append(leaf(i), into(store)));
    }
    CHECK(second.root() == first.root());
    CHECK(second.size() == before + 300);
  }
}

TEST_CASE("a partial tile of the wrong length is no place to go on from") {
  Store store{{"tile/0/000.p/3", base::Bytes(2 * 32)}};
  CHECK(GrowingTiles::resume(3, from(store)).error().code == base::Code::kMalformed);
  CHECK(GrowingTiles::resume(4, from(store)).error().code == base::Code::kNotFound);
}

TEST_CASE("what refuses a tile stops the growing") {
  GrowingTiles tiles;
  const GrowingTiles::Emit full = [](const TileId&, base::ByteView) -> base::Result<void> {
    return base::Error{base::Code::kNoSpace, "full", ""};
  };
  for (std::uint64_t i = 0; i < 255; ++i) REQUIRE(tiles.append(leaf(i), full));
  CHECK(tiles.append(leaf(255), full).error().code == base::Code::kNoSpace);
}

}  // namespace sealpost::merkle
