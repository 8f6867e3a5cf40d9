// Reading a log that lies in a folder, as C2SP tlog-tiles v0.1.0 lays it out, whoever wrote it.
// Believes nothing and waits for nobody. Private to this module; one thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "merkle/tile.hpp"

namespace sealpost::flow {

class TileFolder {
 public:
  explicit TileFolder(std::filesystem::path path) : path_(std::move(path)) {}
  const std::filesystem::path& path() const { return path_; }
  // The signed note; kNotFound when there is none.
  base::Result<std::string> checkpoint() const;
  // The hashes of a tile. Where the file of a partial tile is not there, a log may have kept the
  // full one that it became: then its beginning. kMalformed for another length.
  base::Result<base::Bytes> hashes(const merkle::TileId& tile) const;
  // The entries of a bundle in the same way; nothing when neither file is there.
  base::Result<std::optional<std::vector<base::Bytes>>> entries(const merkle::TileId& bundle) const;

 private:
  // The file of the tile, or of the full one of its place.
  base::Result<base::Bytes> read(const merkle::TileId& tile) const;
  std::filesystem::path path_;
};

}  // namespace sealpost::flow
