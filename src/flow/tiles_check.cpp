#include "flow/tiles_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/tile_folder.hpp"
#include "merkle/growing.hpp"

namespace sealpost::flow {
namespace {

using base::Result;
using merkle::kTileWidth;
using merkle::TileId;

base::Error refuse(std::string why) {
  return {base::Code::kVerificationFailed, "the log does not hold: " + std::move(why),
          "it was damaged or changed, or the key is another log's"};
}

// What keeps a file from being read is damage, too.
template <typename T>
Result<T> held(Result<T> read) {
  if (!read && read.error().code != base::Code::kInterrupted) return refuse(read.error().text);
  return read;
}

class TilesCheck {
 public:
  TilesCheck(const TileFolder& folder, TilesVerification& found) : folder_(folder), found_(found) {}

  Result<void> check_tile(std::uint64_t number) {
    const std::uint64_t size = found_.checkpoint.size;
    const TileId tile = merkle::tile_at(size, 0, number);
    TRY(const base::Bytes hashes, held(folder_.hashes(tile)));
    TRY(check_entries({-1, number, tile.width}, hashes));
    for (std::size_t at = 0; at < hashes.size(); at += sizeof(crypto::Digest)) {
      TRY(const crypto::Digest leaf,
          crypto::digest_from(base::ByteView(hashes).subspan(at, sizeof(crypto::Digest))));
      TRY(tiles_.append(leaf, compare()));
    }
    return {};
  }

  Result<void> finish() {
    TRY(tiles_.emit_partial(compare()));
    if (tiles_.root() == found_.checkpoint.root) return {};
    return refuse("its tiles are not those that the checkpoint signs");
  }

 private:
  Result<void> check_entries(const TileId& bundle, const base::Bytes& hashes) {
    TRY(const auto entries, held(folder_.entries(bundle)));
    if (!entries) {
      if (found_.entries > 0) return refuse(merkle::tile_path(bundle) + " is missing");
      found_.first_entry = (bundle.index * kTileWidth) + bundle.width;
      return {};
    }
    for (std::size_t i = 0; i < entries->size(); ++i) {
      const crypto::Digest leaf = merkle::leaf_hash((*entries)[i]);
      if (!std::equal(leaf.begin(), leaf.end(),
                      hashes.begin() + static_cast<std::ptrdiff_t>(i * sizeof(crypto::Digest)))) {
        return refuse(fmt::format("entry {} is not the one of its hash in {}",
                                  (bundle.index * kTileWidth) + i,
                                  merkle::tile_path({0, bundle.index, bundle.width})));
      }
      ++found_.entries;
    }
    return {};
  }

  // Those of level 0 are what the tree grew from.
  merkle::GrowingTiles::Emit compare() const {
    return [this](const TileId& tile, base::ByteView hashes) -> Result<void> {
      if (tile.level == 0) return {};
      TRY(const base::Bytes stored, held(folder_.hashes(tile)));
      if (std::equal(stored.begin(), stored.end(), hashes.begin(), hashes.end())) return {};
      return refuse(merkle::tile_path(tile) + " does not fit the tiles below it");
    };
  }

  const TileFolder& folder_;
  TilesVerification& found_;
  merkle::GrowingTiles tiles_;
};

Result<note::Note> read_checkpoint(const TileFolder& folder) {
  const auto bytes = folder.checkpoint();
  if (!bytes && bytes.error().code == base::Code::kNotFound) {
    return base::Error{base::Code::kMalformed,
                       folder.path().string() + " is not a log: it holds no checkpoint",
                       "name a folder of tiles, as c2sp.org/tlog-tiles lays them out"};
  }
  if (!bytes) return bytes.error();
  auto note = note::parse(*bytes);
  if (!note) return refuse("its checkpoint is no signed note: " + note.error().text);
  return note;
}

Result<merkle::Checkpoint> open(const note::Note& note, const TilesLog& log) {
  if (!note::signed_by_log(note, log.key)) {
    return refuse("its checkpoint is not signed by the key " + log.key.name());
  }
  auto checkpoint = merkle::parse_checkpoint(note.text);
  if (!checkpoint) return refuse(checkpoint.error().text);
  if (checkpoint->origin == log.origin) return checkpoint;
  return refuse(
      fmt::format("its checkpoint is of the log {}, not of {}", checkpoint->origin, log.origin));
}

}  // namespace

Result<TilesVerification> verify_tiles(
    const std::filesystem::path& path, const TilesLog& log,
    std::span<const note::Cosigner> witnesses, const base::Interrupt& interrupt,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) {
  const TileFolder folder(path);
  TRY(const note::Note note, read_checkpoint(folder));
  TilesVerification found;
  TRY(found.checkpoint, open(note, log));
  TRY(found.cosignatures, cosignatures_on(note, log.key, witnesses));
  TilesCheck check(folder, found);
  const std::uint64_t size = found.checkpoint.size;
  for (std::uint64_t number = 0; number * kTileWidth < size; ++number) {
    if (interrupt.requested()) return base::Error{base::Code::kInterrupted, "interrupted", ""};
    TRY(check.check_tile(number));
    progress(std::min(size, (number + 1) * kTileWidth), size);
  }
  TRY(check.finish());
  return found;
}

}  // namespace sealpost::flow
