// The files of a mirror, sealpost-mirror(5): where they lie, and in which order they change. Knows
// nothing of what they mean. Private to this module. One thread; a second process gets kConflict.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "merkle/tile.hpp"

namespace sealpost::flow {

class MirrorFolder {
 public:
  // To be brought up to date. A folder that does not exist is made, an empty one becomes a mirror
  // of this organisation; kConflict for one that holds anything else.
  static base::Result<MirrorFolder> open_to_write(const std::filesystem::path& path,
                                                  const std::string& root);
  // kMalformed when it is no mirror.
  static base::Result<MirrorFolder> open_to_read(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const std::string& root() const { return root_; }  // vkey of the organisation
  // The signed note; nothing before the mirror was filled for the first time.
  base::Result<std::optional<std::string>> checkpoint() const;
  base::Result<base::Bytes> tile(const merkle::TileId& tile) const;
  base::Result<std::string> trust(std::uint64_t size) const;  // the chain as of that many events
  // What is known of events that are not here, as it was put; nothing when they all are.
  base::Result<std::optional<std::string>> pruned() const;
  // A tile behind the checkpoint that a run which ended half way brought, if it is there; whether
  // it is right is the caller's to check. Counts as put.
  std::optional<base::Bytes> left_over(const merkle::TileId& tile);

  // Files of a log that the checkpoint does not reach yet. What is there already with the same
  // content is left alone.
  base::Result<void> put_tile(const merkle::TileId& tile, base::ByteView bytes);
  base::Result<void> put_trust(std::uint64_t size, const std::string& chain);
  // Of a mirror that is filled for the first time; empty: all its events are here.
  base::Result<void> put_pruned(const std::string& list);
  // From now on the mirror is what was put.
  base::Result<void> commit(const std::string& checkpoint);
  // Removes what was put since the mirror was opened; without it, a later run takes it up.
  void take_back();
  // Removes what the log of `size` events has no use for any more, after it had `before`.
  void tidy(std::uint64_t before, std::uint64_t size) const;

 private:
  MirrorFolder(std::filesystem::path path, base::Fd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  base::Result<void> put(const std::filesystem::path& name, base::ByteView bytes);
  base::Result<void> read_marker();
  base::Result<void> write_marker(const std::string& root);
  std::filesystem::path path_;
  base::Fd lock_;
  std::string root_;
  std::vector<std::filesystem::path> put_;  // what take_back() removes
};

}  // namespace sealpost::flow
