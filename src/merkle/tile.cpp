#include "merkle/tile.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

namespace sealpost::merkle {
namespace {

constexpr int kLevelBits = 8;  // log2(kTileWidth)
constexpr std::size_t kMaxEntry = 65535;
constexpr std::size_t kMaxCachedTiles = 1024;  // 8 MiB

base::Error not_a_tile() { return {base::Code::kMalformed, "not the path of a tile", ""}; }

// 1234067 -> "x001/x234/067".
std::string grouped(std::uint64_t index) {
  std::string digits = std::to_string(index);
  digits.insert(0, (3 - digits.size() % 3) % 3, '0');
  std::string out;
  for (std::size_t at = 0; at < digits.size(); at += 3) {
    if (at + 3 < digits.size()) out += 'x';
    out += digits.substr(at, 3);
    if (at + 3 < digits.size()) out += '/';
  }
  return out;
}

// The digits of all groups, without the x and slashes; their form is judged by writing them again.
base::Result<std::uint64_t> parse_grouped(std::string_view text) {
  std::string digits;
  for (char c : text) {
    if (c != 'x' && c != '/') digits += c;
  }
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size());
  if (first == digits.size()) return std::uint64_t{0};
  return base::parse_decimal(std::string_view(digits).substr(first));
}

// The highest tile index that a log of 2^64 - 1 leaves has on a level.
std::uint64_t last_index(int level) {
  const int shift = (std::max(level, 0) + 1) * kLevelBits;
  return shift >= 64 ? 0 : UINT64_MAX >> shift;
}

base::Result<int> parse_level(std::string_view text) {
  if (text == "entries") return -1;
  TRY(const std::uint64_t level, base::parse_decimal(text, kMaxTileLevel));
  return static_cast<int>(level);
}

base::Result<TileId> parse_parts(std::string_view path) {
  constexpr std::string_view kPrefix = "tile/";
  if (!path.starts_with(kPrefix)) return not_a_tile();
  path.remove_prefix(kPrefix.size());
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return not_a_tile();
  TRY(const int level, parse_level(path.substr(0, slash)));
  path.remove_prefix(slash + 1);
  std::uint64_t width = kTileWidth;
  if (const std::size_t partial = path.find(".p/"); partial != std::string_view::npos) {
    TRY(width, base::parse_decimal(path.substr(partial + 3), kTileWidth - 1));
    path = path.substr(0, partial);
  }
  TRY(const std::uint64_t index, parse_grouped(path));
  return TileId{level, index, width};
}

// Tiles read so far. Copies of the reader have caches of their own.
class TileCache {
 public:
  TileCache(std::uint64_t size, TileReader read) : size_(size), read_(std::move(read)) {}

  base::Result<Digest> node(int level, std::uint64_t index) {
    if (level < 0 || level > 63 || index >= size_ >> level) {
      return base::Error{base::Code::kNotFound, "the log has no such node", ""};
    }
    // A subtree of up to 256 leaves or nodes lies within one tile.
    const int height = level % kLevelBits;
    const std::uint64_t first = index << height;
    TRY(const base::ByteView tile, load(tile_at(size_, level / kLevelBits, first / kTileWidth)));
    std::vector<Digest> hashes(std::size_t{1} << height);
    const std::size_t offset = first % kTileWidth * sizeof(Digest);
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      TRY(hashes[i],
          crypto::digest_from(tile.subspan(offset + i * sizeof(Digest), sizeof(Digest))));
    }
    return root_of(hashes);
  }

 private:
  // Borrowed until the next load.
  base::Result<base::ByteView> load(const TileId& tile) {
    const auto key = std::pair(tile.level, tile.index);
    if (const auto found = tiles_.find(key); found != tiles_.end()) {
      return base::ByteView(found->second);
    }
    TRY(base::Bytes bytes, read_(tile));
    if (bytes.size() != tile.width * sizeof(Digest)) {
      return base::Error{base::Code::kMalformed, "a tile of the wrong length", ""};
    }
    if (tiles_.size() >= kMaxCachedTiles) tiles_.clear();
    return base::ByteView(tiles_.insert_or_assign(key, std::move(bytes)).first->second);
  }

  std::uint64_t size_;
  TileReader read_;
  std::map<std::pair<int, std::uint64_t>, base::Bytes> tiles_;
};

}  // namespace

std::string tile_path(const TileId& tile) {
  std::string path = "tile/";
  path += tile.level < 0 ? "entries" : std::to_string(tile.level);
  path += "/" + grouped(tile.index);
  if (tile.width < kTileWidth) path += ".p/" + std::to_string(tile.width);
  return path;
}

base::Result<TileId> parse_tile_path(std::string_view path) {
  auto tile = parse_parts(path);
  if (!tile || tile->width == 0 || tile->index > last_index(tile->level)) return not_a_tile();
  if (tile_path(*tile) != path) return not_a_tile();  // one tile, one name
  return tile;
}

std::uint64_t tile_hashes(std::uint64_t size, int level) {
  return level > kMaxTileLevel ? 0 : size >> (std::max(level, 0) * kLevelBits);
}

TileId tile_at(std::uint64_t size, int level, std::uint64_t index) {
  const std::uint64_t hashes = tile_hashes(size, level);
  const bool exists = index <= last_index(level) && index * kTileWidth < hashes;
  const std::uint64_t width = exists ? std::min(hashes - index * kTileWidth, kTileWidth) : 0;
  return {level, index, width};
}

NodeReader nodes_from_tiles(std::uint64_t size, TileReader read) {
  return [cache = TileCache(size, std::move(read))](int level, std::uint64_t index) mutable {
    return cache.node(level, index);
  };
}

void append_entry(base::Bytes& bundle, base::ByteView entry) {
  if (entry.size() > kMaxEntry) std::abort();  // the caller promised
  base::append_be(bundle, entry.size(), 2);
  base::append(bundle, entry);
}

base::Result<std::vector<base::ByteView>> view_bundle(base::ByteView bundle) {
  std::vector<base::ByteView> entries;
  base::Reader reader(bundle);
  while (!reader.empty()) {
    TRY(const std::uint64_t length, reader.be(2));
    TRY(const base::ByteView entry, reader.take(length));
    if (entries.size() == kTileWidth) {
      return base::Error{base::Code::kMalformed, "a bundle of more than 256 entries", ""};
    }
    entries.push_back(entry);
  }
  return entries;
}

base::Result<std::vector<base::Bytes>> split_bundle(base::ByteView bundle) {
  TRY(const std::vector<base::ByteView> views, view_bundle(bundle));
  std::vector<base::Bytes> entries;
  for (const base::ByteView view : views) entries.push_back(base::to_bytes(view));
  return entries;
}

}  // namespace sealpost::merkle
