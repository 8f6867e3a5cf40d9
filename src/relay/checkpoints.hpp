// Signed checkpoints. One is signed only over a tree that was read back from the store after its
// commit and has the root that memory says, and it is stored before anybody gets it.
#pragma once

#include <mutex>
#include <string>

#include "merkle/checkpoint.hpp"
#include "note/note.hpp"
#include "relay/ledger.hpp"
#include "relay/store/meta_store.hpp"

namespace sealpost::relay {

// A tile as wide as asked for; kNotFound when the store has less.
base::Result<base::Bytes> read_tile(MetaReader& store, const merkle::TileId& tile);

class Checkpoints {
 public:
  struct Published {
    merkle::Checkpoint checkpoint;  // size 0 before there is one
    std::string note;
  };
  explicit Checkpoints(const note::Signer& log_key) : key_(&log_key) {}  // borrowed

  // Takes up the stored one. kVerificationFailed when the tree is no extension of it, or when there
  // are leaves and none.
  base::Result<void> load(MetaReader& store);
  // Writer thread only, outside a transaction.
  base::Result<void> publish(MetaStore& store, const Ledger& ledger);
  Published latest() const;  // thread-safe
  note::View view() const;   // thread-safe

 private:
  const note::Signer* key_;
  mutable std::mutex mutex_;
  Published latest_;
};

}  // namespace sealpost::relay
