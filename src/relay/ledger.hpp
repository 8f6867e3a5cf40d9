// The audit log as it grows: leaves, and the tiles of the tree over them. Writer thread only.
//
// The tree in memory runs ahead of the store within a group; flush() writes the tiles that changed.
// When a group fails, load() brings back what the store has.
#pragma once

#include <array>
#include <vector>

#include "merkle/tile.hpp"
#include "relay/store/meta_store.hpp"
#include "relay/written.hpp"

namespace sealpost::relay {

class Ledger {
 public:
  // kVerificationFailed when leaves and tiles in the store do not fit together.
  base::Result<void> load(MetaReader& store);
  // Appends a leaf for each fact, with its evidence. Either all of them or, when it fails, none as
  // far as the tree is concerned (the caller undoes the store). Leaves never go back in time: an
  // event older than its predecessor gets the predecessor's.
  base::Result<void> record(MetaWriter& store, const std::vector<Fact>& facts);
  base::Result<void> flush(MetaWriter& store);
  std::uint64_t size() const { return size_; }
  // From memory alone, to be compared with what is read back.
  merkle::Digest root() const;

 private:
  struct FullTile {
    int level;
    std::uint64_t index;
    base::Bytes hashes;
  };
  void push(int level, const merkle::Digest& hash);
  std::uint64_t size_ = 0;
  base::Time last_{};
  // Of each level: how many hashes there are, and those of the last, incomplete tile.
  std::array<std::uint64_t, merkle::kMaxTileLevel + 1> counts_{};
  std::array<std::vector<merkle::Digest>, merkle::kMaxTileLevel + 1> open_;
  std::vector<FullTile> full_;  // completed since the last flush
};

}  // namespace sealpost::relay
