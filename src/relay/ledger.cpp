#include "relay/ledger.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <span>
#include <utility>

namespace sealpost::relay {
namespace {

using merkle::Digest;

base::Error damaged() {
  return {base::Code::kVerificationFailed, "the stored audit log does not hold together",
          "restore relay.db from a backup; do not edit it"};
}

base::Bytes concatenated(std::span<const Digest> hashes) {
  base::Bytes out;
  for (const Digest& hash : hashes) base::append(out, hash);
  return out;
}

base::Result<std::vector<Digest>> split_hashes(base::ByteView bytes) {
  std::vector<Digest> out;
  base::Reader reader(bytes);
  while (!reader.empty()) {
    auto raw = reader.take(sizeof(Digest));
    if (!raw) return damaged();
    TRY(const Digest digest, crypto::digest_from(*raw));
    out.push_back(digest);
  }
  return out;
}

// Joins what stands right of `hashes` (complete subtrees of equal size) with them, from the right,
// as RFC 6962 §2.1 splits: at powers of two.
std::optional<Digest> fold(std::span<const Digest> hashes, std::optional<Digest> right) {
  std::size_t end = hashes.size();
  while (end > 0) {
    const std::size_t width = std::size_t{1} << std::countr_zero(end);
    const Digest peak = merkle::root_of(hashes.subspan(end - width, width));
    right = right ? merkle::node_hash(peak, *right) : peak;
    end -= width;
  }
  return right;
}

base::Result<base::Time> time_of_leaf(MetaReader& store, std::uint64_t index) {
  TRY(const auto last, store.leaves(index, 1));
  if (last.empty()) return damaged();
  TRY(const audit::Event event, audit::parse_leaf(last.front()));
  return event.at;
}

}  // namespace

base::Result<void> Ledger::load(MetaReader& store) {
  TRY(size_, store.tree_size());
  full_.clear();
  last_ = {};
  for (int level = 0; level <= merkle::kMaxTileLevel; ++level) {
    const std::uint64_t count = merkle::tile_hashes(size_, level);
    TRY(const base::Bytes stored, store.tile(level, count / merkle::kTileWidth));
    const auto at = static_cast<std::size_t>(level);
    counts_[at] = count;
    TRY(open_[at], split_hashes(stored));
    if (open_[at].size() != count % merkle::kTileWidth) return damaged();
  }
  if (size_ == 0) return {};
  TRY(last_, time_of_leaf(store, size_ - 1));
  return {};
}

base::Result<void> Ledger::record(MetaWriter& store, const std::vector<Fact>& facts) {
  std::vector<Digest> hashes;
  base::Time last = last_;
  for (const Fact& fact : facts) {
    audit::Event event = fact.event;
    event.at = last = std::max(last, event.at);
    TRY(const base::Bytes leaf, audit::to_leaf(event));
    const std::uint64_t index = size_ + hashes.size();
    TRY(store.add_leaf(index, leaf));
    if (fact.evidence) TRY(store.add_evidence(*fact.evidence, index));
    if (fact.trust_entry) TRY(store.set_trust_leaf(*fact.trust_entry, index));
    if (fact.register_row) TRY(store.set_register_leaf(*fact.register_row, index));
    if (fact.stop_row) TRY(store.set_stop_leaf(*fact.stop_row, index));
    if (fact.recall_row) TRY(store.set_recall_leaf(*fact.recall_row, index));
    hashes.push_back(merkle::leaf_hash(leaf));
  }
  last_ = last;
  for (const Digest& hash : hashes) push(0, hash);
  size_ += hashes.size();
  return {};
}

void Ledger::push(int level, const Digest& hash) {
  if (level > merkle::kMaxTileLevel) return;
  const auto at = static_cast<std::size_t>(level);
  open_[at].push_back(hash);
  ++counts_[at];
  if (open_[at].size() < merkle::kTileWidth) return;
  const std::vector<Digest> whole = std::exchange(open_[at], {});
  full_.push_back({level, counts_[at] / merkle::kTileWidth - 1, concatenated(whole)});
  push(level + 1, merkle::root_of(whole));
}

base::Result<void> Ledger::flush(MetaWriter& store) {
  for (const FullTile& tile : full_) TRY(store.set_tile(tile.level, tile.index, tile.hashes));
  full_.clear();
  for (int level = 0; level <= merkle::kMaxTileLevel; ++level) {
    const auto at = static_cast<std::size_t>(level);
    if (open_[at].empty()) continue;
    TRY(store.set_tile(level, counts_[at] / merkle::kTileWidth, concatenated(open_[at])));
  }
  return {};
}

Digest Ledger::root() const {
  std::optional<Digest> right;
  for (const auto& open : open_) right = fold(open, right);
  return right.value_or(merkle::empty_root());
}

}  // namespace sealpost::relay
