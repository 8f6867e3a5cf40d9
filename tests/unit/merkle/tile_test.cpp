// Tile names and arithmetic of C2SP tlog-tiles.
#include <doctest/doctest.h>

#include <map>

#include "merkle/tile.hpp"

namespace sealpost::merkle {
namespace {

void append(base::Bytes& out, const Digest& digest) { base::append(out, digest); }

// All tiles of a log, as a server stores them, by path.
std::map<std::string, base::Bytes> store_tiles(std::vector<Digest> hashes) {
  std::map<std::string, base::Bytes> tiles;
  const std::uint64_t size = hashes.size();
  for (int level = 0; !hashes.empty(); ++level) {
    std::vector<Digest> above;
    for (std::uint64_t index = 0; index * kTileWidth < hashes.size(); ++index) {
      const TileId tile = tile_at(size, level, index);
      const auto part = std::span(hashes).subspan(index * kTileWidth, tile.width);
      for (const Digest& hash : part) append(tiles[tile_path(tile)], hash);
      if (tile.width == kTileWidth) above.push_back(root_of(part));
    }
    hashes = above;
  }
  return tiles;
}

}  // namespace

TEST_CASE("tiles have the names that the specification gives as examples") {
  CHECK(tile_path({0, 0, 256}) == "tile/0/000");
  CHECK(tile_path({0, 1000, 256}) == "tile/0/x001/000");
  CHECK(tile_path({3, 1234067, 256}) == "tile/3/x001/x234/067");
  CHECK(tile_path({1, 0, 5}) == "tile/1/000.p/5");
  CHECK(tile_path({-1, 0, 7}) == "tile/entries/000.p/7");
  CHECK(tile_path({-1, 273, 112}) == "tile/entries/273.p/112");
}

TEST_CASE("every tile's name leads back to the tile") {
  for (int level : {-1, 0, 1, 6}) {
    for (std::uint64_t index : {0UL, 9UL, 99UL, 255UL, 999UL, 1000UL, 100000UL, 1234067UL}) {
      if (level == 6 && index > 255) continue;
      for (std::uint64_t width : {1UL, 9UL, 255UL, 256UL}) {
        const TileId tile{level, index, width};
        const auto parsed = parse_tile_path(tile_path(tile));
        REQUIRE(parsed);
        CHECK(*parsed == tile);
      }
    }
  }
}

TEST_CASE("a tile has one name only, and what is no tile has none") {
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/0/1000",
                           "tile/0/x000/001",
                           "tile/0/001/000",
                           "tile/0/x001/x000",
                           "tile/0/x001/00",
                           "tile/0/x001000",
                           "tile/0/x01/000",
                           "tile/0/X001/000",
                           "tile/0/-01",
                           "tile/0/+01",
                           "tile/0/abc",
                           "tile/0/000.p/0",
                           "tile/0/000.p/256",
                           "tile/0/000.p/007",
                           "tile/0/000.p/",
                           "tile/0/000.p",
                           "tile/0/000.p/-1",
                           "tile/0/000.p/1/",
                           "tile/0/000.p/1.p/1",
                           "tile/0/000/",
                           "tile/00/000",
                           "tile/8/000",
                           "tile/-1/000",
                           "tile/data/000",
                           "tile/entries",
                           "/tile/0/000",
                           "tile/0/../000",
                           "tile//000",
                           "tile/0/000 ",
                           "tile/0/000%00",
                           "tile/7/001",
                           "tile/6/256",
                           "tile/0/x999/x999/x999/x999/x999/x999/999",
                           "tile/0/x018/x446/x744/x073/x709/x551/616",
                           "Tile/0/000"}) {
    CAPTURE(path);
    const auto parsed = parse_tile_path(path);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == base::Code::kMalformed);
  }
  CHECK_FALSE(parse_tile_path(std::string_view("tile/0/000\0", 11)));
  CHECK_FALSE(parse_tile_path("tile/0/" + std::string(100000, '0')));
}

TEST_CASE("a log of 70,000 entries has the tiles of the specification's example") {
  CHECK(tile_hashes(70000, 0) == 70000);
  CHECK(tile_hashes(70000, 1) == 273);
  CHECK(tile_hashes(70000, 2) == 1);
  CHECK(tile_hashes(70000, 3) == 0);
  CHECK(tile_hashes(70000, -1) == 70000);
  CHECK(tile_at(70000, 0, 272) == TileId{0, 272, 256});
  CHECK(tile_at(70000, 0, 273) == TileId{0, 273, 112});
  CHECK(tile_at(70000, 0, 274).width == 0);
  CHECK(tile_at(70000, 1, 0) == TileId{1, 0, 256});
  CHECK(tile_at(70000, 1, 1) == TileId{1, 1, 17});
  CHECK(tile_at(70000, 2, 0) == TileId{2, 0, 1});
  CHECK(tile_at(70000, 3, 0).width == 0);
  CHECK(tile_at(70000, -1, 273) == TileId{-1, 273, 112});
}

TEST_CASE("tile arithmetic holds at its ends") {
  CHECK(tile_at(0, 0, 0).width == 0);
  CHECK(tile_at(256, 0, 0).width == 256);
  CHECK(tile_at(256, 0, 1).width == 0);
  CHECK(tile_at(257, 0, 1).width == 1);
  CHECK(tile_at(UINT64_MAX, 0, UINT64_MAX).width == 0);
  CHECK(tile_at(UINT64_MAX, 0, UINT64_MAX >> 8).width == 255);
  CHECK(tile_at(UINT64_MAX, 7, 0).width == 255);
  CHECK(tile_at(UINT64_MAX, 7, 1).width == 0);
  CHECK(tile_hashes(UINT64_MAX, 8) == 0);
}

TEST_CASE("roots and proofs read through tiles equal those of the leaves") {
  std::vector<Digest> all;
  for (int i = 0; i < 66000; ++i) all.push_back(leaf_hash(base::as_bytes(std::to_string(i))));
  const auto tiles = store_tiles(all);
  int reads = 0;
  const auto read =
      nodes_from_tiles(all.size(), [&](const TileId& tile) -> base::Result<base::Bytes> {
        ++reads;
        const auto found = tiles.find(tile_path(tile));
        if (found == tiles.end()) return base::Error{base::Code::kNotFound, "no tile", ""};
        return found->second;
      });
  const Digest root = root_of(all);
  CHECK(*read_root(all.size(), read) == root);
  for (std::uint64_t index : {0UL, 255UL, 256UL, 65535UL, 65536UL, 65999UL}) {
    const auto path = inclusion_proof(index, all.size(), read);
    REQUIRE(path);
    CHECK(verify_inclusion(index, all.size(), all[index], *path, root));
  }
  for (std::uint64_t old_size : {1UL, 255UL, 257UL, 65536UL, 65537UL, 65999UL}) {
    const auto proof = consistency_proof(old_size, all.size(), read);
    REQUIRE(proof);
    const Digest old_root = root_of(std::span(all).first(old_size));
    CHECK(verify_consistency(old_size, old_root, all.size(), root, *proof));
  }
  const int before = reads;
  CHECK(inclusion_proof(256, all.size(), read));
  CHECK(reads == before);  // from the cache
}

TEST_CASE("a node that the tree does not have is not found, a tile of another length malformed") {
  const auto short_tiles = nodes_from_tiles(
      300, [](const TileId&) -> base::Result<base::Bytes> { return base::Bytes(32); });
  CHECK(short_tiles(0, 0).error().code == base::Code::kMalformed);
  const std::pair<int, std::uint64_t> absent[] = {{0, 300}, {8, 1},          {9, 0}, {-1, 0},
                                                  {64, 0},  {0, UINT64_MAX}, {63, 1}};
  for (const auto& node : absent) {
    CAPTURE(node.first);
    CHECK(short_tiles(node.first, node.second).error().code == base::Code::kNotFound);
  }
}

TEST_CASE("an entry bundle splits into the entries it was made of") {
  base::Bytes bundle;
  CHECK(split_bundle(bundle)->empty());
  const std::vector<base::Bytes> entries{
      base::to_bytes(std::string_view("one")), {}, base::Bytes(65535, 7)};
  for (const auto& entry : entries) append_entry(bundle, entry);
  CHECK(bundle[0] == 0);
  CHECK(bundle[1] == 3);
  const auto split = split_bundle(bundle);
  REQUIRE(split);
  CHECK(*split == entries);
}

TEST_CASE("a truncated bundle and one of more than 256 entries are malformed") {
  base::Bytes bundle;
  append_entry(bundle, base::as_bytes("four"));
  for (std::size_t length = 1; length < bundle.size(); ++length) {
    const auto split = split_bundle(base::ByteView(bundle).first(length));
    REQUIRE_FALSE(split);
    CHECK(split.error().code == base::Code::kMalformed);
  }
  CHECK(split_bundle(base::Bytes(2 * 256)));
  CHECK_FALSE(split_bundle(base::Bytes(2 * 257)));
}

}  // namespace sealpost::merkle
