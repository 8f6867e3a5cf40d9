// Tile paths and entry bundles (merkle/tile.hpp).
#include "merkle/tile.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const std::string_view text = base::as_text(input);
  if (const auto tile = merkle::parse_tile_path(text); tile) {
    fuzz::require(merkle::tile_path(*tile) == text);
  }
  if (const auto entries = merkle::split_bundle(input); entries) {
    base::Bytes bundle;
    for (const base::Bytes& entry : *entries) merkle::append_entry(bundle, entry);
    fuzz::require(base::as_text(bundle) == text);
  }
  return 0;
}
