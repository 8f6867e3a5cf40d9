#include "relay/checkpoints.hpp"

namespace sealpost::relay {
namespace {

base::Error not_the_tree(std::string_view why) {
  return {base::Code::kVerificationFailed, "the audit log in the store " + std::string(why),
          "examine it with `sealpost relay fsck`, and restore relay.db from a backup"};
}

base::Result<merkle::Digest> stored_root(MetaReader& store, std::uint64_t size) {
  const merkle::TileReader tiles = [&](const merkle::TileId& id) { return read_tile(store, id); };
  return merkle::read_root(size, merkle::nodes_from_tiles(size, tiles));
}

base::Result<void> store_note(MetaWriter& store, const std::string& note) {
  TRY(store.begin());
  auto stored = store.set_checkpoint(note);
  if (stored) stored = store.commit();
  if (!stored) store.rollback();
  return stored;
}

}  // namespace

base::Result<base::Bytes> read_tile(MetaReader& store, const merkle::TileId& tile) {
  TRY(base::Bytes hashes, store.tile(tile.level, tile.index));
  const std::size_t wanted = tile.width * sizeof(merkle::Digest);
  if (hashes.size() < wanted) return base::Error{base::Code::kNotFound, "no such tile", ""};
  hashes.resize(wanted);
  return hashes;
}

base::Result<void> Checkpoints::load(MetaReader& store) {
  TRY(const auto stored, store.checkpoint());
  TRY(const std::uint64_t size, store.tree_size());
  if (!stored && size == 0) return {};
  if (!stored) return not_the_tree("has lost its checkpoint");
  TRY(const note::Note note, note::parse(*stored));
  if (!note::signed_by(note, key_->verifier())) return not_the_tree("is signed by another key");
  TRY(const merkle::Checkpoint checkpoint, merkle::parse_checkpoint(note.text));
  if (checkpoint.size == 0) return {};  // nothing is promised yet
  if (size < checkpoint.size) return not_the_tree("is shorter than its checkpoint");
  TRY(const merkle::Digest root, stored_root(store, checkpoint.size));
  if (root != checkpoint.root) return not_the_tree("is not the one of its checkpoint");
  const std::lock_guard lock(mutex_);
  latest_ = {checkpoint, *stored};
  return {};
}

base::Result<void> Checkpoints::publish(MetaStore& store, const Ledger& ledger) {
  merkle::Checkpoint checkpoint{key_->name(), ledger.size(), {}};
  {
    TRY(const MetaStore::Reading reading, store.read());
    TRY(checkpoint.root, stored_root(*reading, checkpoint.size));
  }
  if (checkpoint.root != ledger.root()) return not_the_tree("is not what was written");
  std::string note = note::sign(merkle::format_checkpoint(checkpoint), *key_);
  TRY(store_note(store.writer(), note));
  const std::lock_guard lock(mutex_);
  latest_ = {std::move(checkpoint), std::move(note)};
  return {};
}

Checkpoints::Published Checkpoints::latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

note::View Checkpoints::view() const {
  const std::lock_guard lock(mutex_);
  return {latest_.checkpoint.size,
          latest_.checkpoint.size == 0 ? merkle::empty_root() : latest_.checkpoint.root};
}

}  // namespace sealpost::relay
