// Reading a mirror without network, believing nothing of it.
#include <fmt/format.h>

#include <algorithm>

#include "audit/journal.hpp"
#include "flow/all_cores.hpp"
#include "flow/mirror.hpp"
#include "flow/mirror_bundle.hpp"
#include "flow/mirror_folder.hpp"
#include "flow/mirror_log.hpp"
#include "flow/pruned.hpp"
#include "note/cosignature.hpp"

namespace sealpost::flow {
namespace {

using base::Result;
using merkle::kTileWidth;

constexpr std::uint64_t kAtOnce = 64;  // bundles; of each only what is kept of it is held

base::Error refuse(std::string why) {
  return {base::Code::kVerificationFailed, "the mirror does not hold: " + std::move(why),
          "it was damaged or changed; mirror anew into an empty folder"};
}

Result<trust::Chain> read_chain(const MirrorFolder& folder, const note::Verifier& root,
                                std::uint64_t size) {
  const auto text = folder.trust(size);
  if (!text) return refuse(text.error().text);
  const auto entries = trust::split_entries(*text);
  if (!entries) return refuse("the trust chain is out of form: " + entries.error().text);
  trust::Chain chain(root);
  for (const std::string& entry : *entries) {
    if (auto taken = chain.append(entry); !taken) {
      return refuse(fmt::format("trust chain entry {}: {}", chain.size(), taken.error().text));
    }
  }
  if (!chain.relay()) return refuse("the root has named no relay and no log");
  return chain;
}

// Which size the checkpoint claims decides which chain it is checked with; it is checked then.
Result<std::uint64_t> claimed_size(std::string_view signed_checkpoint) {
  const auto signed_note = note::parse(signed_checkpoint);
  if (!signed_note) return refuse("the checkpoint is no signed note");
  const auto checkpoint = merkle::parse_checkpoint(signed_note->text);
  if (!checkpoint) return refuse(checkpoint.error().text);
  return checkpoint->size;
}

class Reading {
 public:
  Reading(const MirrorFolder& folder, const trust::Chain& chain, const Pruned& pruned,
          Mirror& mirror, const std::set<std::uint64_t>& sizes)
      : folder_(folder),
        pruned_(pruned),
        logged_(chain.entries()),
        journals_(pruned.floor == 0),
        mirror_(mirror),
        sizes_(sizes) {}

  // Of bundles that stand side by side, `count` from `first` on.
  Result<void> read_bundles(std::uint64_t first, std::uint64_t count) {
    std::vector<std::optional<Result<CheckedBundle>>> checked(count);
    on_all_cores(count, [&](std::size_t i) {
      if (!is_pruned(first + i)) {
        checked[i] = check_bundle(folder_, first + i, mirror_.checkpoint.size);
      }
    });
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!checked[i]) {
        TRY(read_hashes(first + i));
      } else if (!*checked[i]) {
        return refuse(checked[i]->error().text);
      } else {
        TRY(take_bundle(**checked[i]));
      }
    }
    return {};
  }

  Result<void> finish(const trust::Chain& chain) {
    TRY(tiles_.emit_partial(compare()));
    if (tiles_.root() != mirror_.checkpoint.root) {
      return refuse("its events are not those that the checkpoint signs");
    }
    if (logged_.logged() != chain.size()) {
      return refuse(fmt::format("trust chain entry {} is not in the log", logged_.logged()));
    }
    mirror_.entries = logged_.seen();
    mirror_.journal_breaks = journals_.breaks();
    return {};
  }

 private:
  bool is_pruned(std::uint64_t number) const { return (number + 1) * kTileWidth <= pruned_.floor; }

  Result<void> take_bundle(const CheckedBundle& bundle) {
    for (const LoggedLeaf& entry : bundle.of_interest) TRY(take_event(entry.index, entry.leaf));
    const std::uint64_t end = tiles_.size() + bundle.leaves.size();
    const auto asked = sizes_.upper_bound(tiles_.size());
    const bool within = asked != sizes_.end() && *asked < end;
    if (bundle.leaves.size() < kTileWidth || within) {
      for (const crypto::Digest& leaf : bundle.leaves) TRY(append(leaf));
      return {};
    }
    TRY(tiles_.append_tile(bundle.root, compare()));
    keep_root();
    return {};
  }

  // Events that were not to be had any more; of those that log the trust chain the leaves are kept.
  Result<void> read_hashes(std::uint64_t number) {
    const auto hashes = folder_.tile({0, number, kTileWidth});
    if (!hashes) return refuse(hashes.error().text);
    if (hashes->size() != kTileWidth * sizeof(crypto::Digest)) {
      return refuse(merkle::tile_path({0, number, kTileWidth}) + " is not complete");
    }
    for (std::size_t at = 0; at < hashes->size(); at += sizeof(crypto::Digest)) {
      TRY(const crypto::Digest leaf,
          crypto::digest_from(base::ByteView(*hashes).subspan(at, sizeof(crypto::Digest))));
      TRY(take_kept(leaf));
      TRY(append(leaf));
    }
    return {};
  }

  Result<void> take_kept(const crypto::Digest& hash) {
    if (kept_ == pruned_.leaves.size() || pruned_.leaves[kept_].index != tiles_.size()) return {};
    const base::Bytes& leaf = pruned_.leaves[kept_++].leaf;
    if (merkle::leaf_hash(leaf) == hash) return take_event(tiles_.size(), leaf);
    return refuse(fmt::format("the kept event {} is not the one of its hash", tiles_.size()));
  }

  Result<void> take_event(std::uint64_t index, const base::Bytes& entry) {
    const auto event = audit::parse_leaf(entry);
    if (!event) return refuse(fmt::format("event {} is out of form", index));
    if (auto taken = logged_.take(index, *event); !taken) {
      return refuse(taken.error().text);
    }
    const auto followed = journals_.take(*event);
    return followed ? Result<void>() : refuse(followed.error().text);
  }

  Result<void> append(const crypto::Digest& leaf) {
    TRY(tiles_.append(leaf, compare()));
    keep_root();
    return {};
  }

  void keep_root() {
    if (sizes_.contains(tiles_.size())) mirror_.roots[tiles_.size()] = tiles_.root();
  }

  merkle::GrowingTiles::Emit compare() const {
    return [this](const merkle::TileId& tile, base::ByteView hashes) -> Result<void> {
      const auto stored = folder_.tile(tile);
      if (!stored) return refuse(stored.error().text);
      if (std::equal(stored->begin(), stored->end(), hashes.begin(), hashes.end())) return {};
      return refuse(misfit(tile));
    };
  }

  const MirrorFolder& folder_;
  const Pruned& pruned_;
  std::size_t kept_ = 0;  // of its leaves
  merkle::GrowingTiles tiles_;
  LoggedChain logged_;
  audit::JournalWatch journals_;
  Mirror& mirror_;
  const std::set<std::uint64_t>& sizes_;
};

}  // namespace

Result<merkle::Checkpoint> open_checkpoint(std::string_view signed_checkpoint,
                                           const note::Verifier& log) {
  const base::Error wrong{base::Code::kVerificationFailed,
                          "the mirror's checkpoint is not signed by the log that the root named",
                          "mirror anew into an empty folder"};
  const auto signed_note = note::parse(signed_checkpoint);
  if (!signed_note || !note::signed_by_log(*signed_note, log)) return wrong;
  auto checkpoint = merkle::parse_checkpoint(signed_note->text);
  if (!checkpoint || checkpoint->origin != log.name()) return wrong;
  return checkpoint;
}

Result<Pruned> read_pruned(const MirrorFolder& folder, std::uint64_t size) {
  const auto text = folder.pruned();
  if (!text) return refuse(text.error().text);
  if (!*text) return Pruned();
  auto pruned = parse_pruned(**text);
  if (!pruned) return refuse(pruned.error().text);
  if (pruned->floor > size) return refuse("more was pruned than there was");
  return pruned;
}

Result<MirrorHead> read_head(const MirrorFolder& folder, const note::Verifier& root) {
  if (folder.root() != root.vkey()) return refuse("it is of another organisation than the root's");
  TRY(const std::optional<std::string> signed_checkpoint, folder.checkpoint());
  if (!signed_checkpoint) {
    return base::Error{base::Code::kNotFound, folder.path().string() + " has not been filled yet",
                       "run `sealpost audit mirror` again"};
  }
  TRY(const std::uint64_t size, claimed_size(*signed_checkpoint));
  TRY(trust::Chain chain, read_chain(folder, root, size));
  TRY(merkle::Checkpoint checkpoint, open_checkpoint(*signed_checkpoint, chain.relay()->log));
  return MirrorHead{*signed_checkpoint, std::move(checkpoint), std::move(chain)};
}

Result<Mirror> read_mirror(const std::filesystem::path& path, const note::Verifier& root,
                           const std::set<std::uint64_t>& sizes, const base::Interrupt& interrupt,
                           const MirrorWatch& watch) {
  TRY(const MirrorFolder folder, MirrorFolder::open_to_read(path));
  return read_mirror(folder, root, sizes, interrupt, watch);
}

Result<Mirror> read_mirror(const MirrorFolder& folder, const note::Verifier& root,
                           const std::set<std::uint64_t>& sizes, const base::Interrupt& interrupt,
                           const MirrorWatch& watch) {
  TRY(const MirrorHead head, read_head(folder, root));
  Mirror mirror;
  mirror.checkpoint = head.checkpoint;
  mirror.note = head.note;
  mirror.log = head.chain.relay()->log.vkey();
  const std::uint64_t size = head.checkpoint.size;
  TRY(const Pruned pruned, read_pruned(folder, size));
  mirror.first_event = pruned.floor;
  Reading reading(folder, head.chain, pruned, mirror, sizes);
  watch({MirrorProgress::Phase::kChecking, 0, 0, size});
  const std::uint64_t bundles = size / kTileWidth + (size % kTileWidth == 0 ? 0 : 1);
  for (std::uint64_t first = 0; first < bundles; first += kAtOnce) {
    if (interrupt.requested()) return base::Error{base::Code::kInterrupted, "interrupted", ""};
    const std::uint64_t count = std::min(kAtOnce, bundles - first);
    TRY(reading.read_bundles(first, count));
    const std::uint64_t done = std::min(size, (first + count) * kTileWidth);
    watch({MirrorProgress::Phase::kChecking, done, 0, size});
  }
  TRY(reading.finish(head.chain));
  return mirror;
}

}  // namespace sealpost::flow
