#include "flow/mirror_bundle.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "audit/journal.hpp"

namespace sealpost::flow {
namespace {

using base::Result;
using merkle::kTileWidth;

base::Error wrong(std::string why) { return {base::Code::kVerificationFailed, std::move(why), ""}; }

// A canonical leaf that names an entry of the chain holds this text; that every entry of the chain
// is found is checked at the end.
bool is_of_interest(base::ByteView entry) {
  const std::string_view leaf = base::as_text(entry);
  return leaf.find("trust\":") != std::string_view::npos || audit::may_be_of_journal(leaf);
}

Result<void> compare(const MirrorFolder& folder, const merkle::TileId& tile,
                     const std::vector<merkle::Digest>& leaves) {
  TRY(const base::Bytes stored, folder.tile(tile));
  base::Bytes computed;
  for (const merkle::Digest& leaf : leaves) base::append(computed, leaf);
  return stored == computed ? Result<void>() : wrong(misfit(tile));
}

}  // namespace

// Which of the two was changed cannot be told.
std::string misfit(const merkle::TileId& tile) {
  if (tile.level > 0) return merkle::tile_path(tile) + " does not fit the tiles below it";
  return fmt::format("{} and {} do not fit each other", merkle::tile_path(tile),
                     merkle::tile_path({-1, tile.index, tile.width}));
}

Result<CheckedBundle> check_bundle(const MirrorFolder& folder, std::uint64_t number,
                                   std::uint64_t size) {
  const std::uint64_t first = number * kTileWidth;
  const merkle::TileId tile{-1, number, std::min(kTileWidth, size - first)};
  TRY(const base::Bytes bytes, folder.tile(tile));
  const auto entries = merkle::view_bundle(bytes);
  if (!entries || entries->size() != tile.width) {
    return wrong(merkle::tile_path(tile) + " is not complete");
  }
  CheckedBundle checked;
  for (const base::ByteView entry : *entries) {
    if (is_of_interest(entry)) {
      checked.of_interest.push_back({first + checked.leaves.size(), base::to_bytes(entry)});
    }
    checked.leaves.push_back(merkle::leaf_hash(entry));
  }
  if (tile.width < kTileWidth) return checked;
  TRY(compare(folder, {0, number, kTileWidth}, checked.leaves));
  checked.root = merkle::root_of(checked.leaves);
  return checked;
}

}  // namespace sealpost::flow
