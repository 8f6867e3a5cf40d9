// Mirrors of a ReceiptWorld's log in folders of their own.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "flow/mirror.hpp"
#include "flow/mirror_folder.hpp"
#include "merkle/growing.hpp"
#include "receipt_world.hpp"

namespace sealpost::testing {

class Scratch {
 public:
  Scratch() {
    std::string pattern = std::filesystem::temp_directory_path() / "sealpost-mirror-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Scratch() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

class Patient final : public base::Interrupt {
 public:
  bool requested() const override { return false; }
};

inline const note::Verifier& root() { return verifier(std::string(kOrganisation)); }

// As update_mirror() writes it.
inline void put(flow::MirrorFolder& folder, const ReceiptWorld& world) {
  const merkle::GrowingTiles::Emit emit = [&folder](const merkle::TileId& tile,
                                                    base::ByteView bytes) {
    return folder.put_tile(tile, bytes);
  };
  merkle::GrowingTiles tiles;
  base::Bytes bundle;
  for (const base::Bytes& leaf : world.leaves) {
    merkle::append_entry(bundle, leaf);
    REQUIRE(tiles.append(merkle::leaf_hash(leaf), emit));
    if (tiles.size() % merkle::kTileWidth != 0) continue;
    REQUIRE(emit({-1, tiles.size() / merkle::kTileWidth - 1, merkle::kTileWidth}, bundle));
    bundle.clear();
  }
  const std::uint64_t size = tiles.size();
  if (!bundle.empty()) REQUIRE(emit(merkle::tile_at(size, -1, size / merkle::kTileWidth), bundle));
  REQUIRE(tiles.emit_partial(emit));
  std::string chain;
  for (const std::string& entry : world.chain.entries()) chain += entry;
  REQUIRE(folder.put_trust(size, chain));
}

inline void write(const std::filesystem::path& path, const ReceiptWorld& world) {
  flow::MirrorFolder folder = flow::MirrorFolder::open_to_write(path, root().vkey()).value();
  put(folder, world);
  REQUIRE(folder.commit(world.checkpoint(full("relay"))));
}

inline ReceiptWorld busy(std::size_t size) {
  ReceiptWorld world;
  world.accept();
  audit::Event event;
  event.event = "service.start";
  event.actor = full("relay");
  while (world.leaves.size() < size) world.log_event(event);
  return world;
}

inline std::vector<std::filesystem::path> files_in(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.is_regular_file() && entry.path().filename() != ".lock") {
      files.push_back(entry.path());
    }
  }
  return files;
}

inline void flip(const std::filesystem::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(path) / 2);
  file.seekg(middle);
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(middle);
  file.put(byte);
}

}  // namespace sealpost::testing
