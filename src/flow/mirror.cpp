// Bringing a mirror up to date.
#include "flow/mirror.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/mirror_folder.hpp"
#include "flow/mirror_log.hpp"
#include "flow/visit.hpp"

namespace sealpost::flow {
namespace {

using base::Result;
using merkle::kTileWidth;

base::Error refuse(std::string why) {
  return {base::Code::kVerificationFailed, std::move(why),
          "the mirror was left as it is; do not use this relay until the organisation's owner has "
          "found out why"};
}

// All that the mirror has, checked as a reader of it does, so that no relay is blamed for a disk.
Result<Mirror> check_kept(const MirrorFolder& folder, const Installation& installation,
                          const base::Interrupt& interrupt) {
  TRY(const std::optional<std::string> signed_checkpoint, folder.checkpoint());
  if (!signed_checkpoint) return Mirror();
  auto mirror = read_mirror(folder, installation.chain().root(), {}, interrupt);
  if (mirror || mirror.error().code != base::Code::kVerificationFailed) return mirror;
  return base::Error{base::Code::kVerificationFailed, mirror.error().text,
                     fmt::format("it was damaged or changed; move {} away or remove it, and mirror "
                                 "the log again",
                                 folder.path().string())};
}

// Held against what this vault has verified.
Result<void> check_start(const Mirror& kept, const Installation& installation) {
  const auto& known = installation.chain().entries();
  if (kept.entries.size() <= known.size() &&
      std::equal(
          kept.entries.begin(), kept.entries.end(), known.begin(),
          [](const LoggedEntry& mine, const std::string& entry) { return mine.entry == entry; })) {
    return {};
  }
  return refuse("the mirror's trust chain is not the beginning of the relay's");
}

// The events behind `start`, checked and laid down; whether they are what the relay signed shows in
// the root at the end.
class Filling {
 public:
  Filling(MirrorFolder& folder, client::RelayClient& relay, const trust::Chain& chain,
          const MirrorStart& start, merkle::GrowingTiles tiles)
      : folder_(folder),
        relay_(relay),
        tiles_(std::move(tiles)),
        logged_(chain.entries(), start.trust_entries) {}

  // All of the bundle that a log of `size` events has.
  Result<void> fill_bundle(std::uint64_t number, std::uint64_t size) {
    const merkle::TileId tile{-1, number, std::min(kTileWidth, size - number * kTileWidth)};
    TRY(const base::Bytes bundle, relay_.tile(tile));
    TRY(const std::vector<base::Bytes> entries, merkle::split_bundle(bundle));
    if (entries.size() != tile.width) return refuse("a bundle of events is not complete");
    TRY(check_known(entries, number));
    for (std::uint64_t i = tiles_.size() - number * kTileWidth; i < tile.width; ++i) {
      TRY(take(entries[static_cast<std::size_t>(i)], number * kTileWidth + i));
    }
    return folder_.put_tile(tile, bundle);
  }

  Result<void> finish(const SignedCheckpoint& fresh, const trust::Chain& chain,
                      std::uint64_t before) {
    TRY(tiles_.emit_partial(put()));
    if (tiles_.root() != fresh.checkpoint.root) {
      return refuse("the relay's events are not those that its checkpoint signs");
    }
    const auto logged = static_cast<std::ptrdiff_t>(logged_.logged());
    std::string text;
    std::for_each(chain.entries().begin(), chain.entries().begin() + logged,
                  [&text](const std::string& entry) { text += entry; });
    TRY(folder_.put_trust(fresh.checkpoint.size, text));
    TRY(folder_.commit(fresh.note));
    folder_.tidy(before, fresh.checkpoint.size);
    return {};
  }

  std::uint64_t trust_entries() const { return logged_.logged(); }

 private:
  merkle::GrowingTiles::Emit put() {
    return [this](const merkle::TileId& tile, base::ByteView bytes) {
      return folder_.put_tile(tile, bytes);
    };
  }

  // The first bundle begins with events that the mirror has.
  Result<void> check_known(const std::vector<base::Bytes>& entries, std::uint64_t number) const {
    if (tiles_.size() <= number * kTileWidth) return {};
    const std::vector<crypto::Digest>& open = tiles_.open_leaves();
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (merkle::leaf_hash(entries[i]) != open[i]) {
        return refuse(fmt::format("the relay shows another event {} than the mirror has",
                                  number * kTileWidth + i));
      }
    }
    return {};
  }

  Result<void> take(const base::Bytes& entry, std::uint64_t index) {
    const auto event = audit::parse_leaf(entry);
    if (!event) {
      return refuse(fmt::format("event {} is out of form: {}", index, event.error().text));
    }
    if (event->at < last_) return refuse(fmt::format("event {} goes back in time", index));
    last_ = event->at;
    if (auto taken = logged_.take(index, *event); !taken) return refuse(taken.error().text);
    return tiles_.append(merkle::leaf_hash(entry), put());
  }

  MirrorFolder& folder_;
  client::RelayClient& relay_;
  merkle::GrowingTiles tiles_;
  LoggedChain logged_;
  base::Time last_;
};

Result<MirrorUpdate> fill(MirrorFolder& folder, Installation& installation,
                          client::RelayClient& relay, const SignedCheckpoint& fresh,
                          const MirrorStart& start, const base::Interrupt& interrupt,
                          const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const std::uint64_t before = start.checkpoint.size;
  const std::uint64_t size = fresh.checkpoint.size;
  TRY(merkle::GrowingTiles tiles,
      merkle::GrowingTiles::resume(
          before, [&folder](const merkle::TileId& tile) { return folder.tile(tile); }));
  if (before > 0 && tiles.root() != start.checkpoint.root) {
    return base::Error{base::Code::kVerificationFailed,
                       "the mirror was changed: its tiles do not fit its checkpoint",
                       "mirror anew into an empty folder"};
  }
  Filling filling(folder, relay, installation.chain(), start, std::move(tiles));
  for (std::uint64_t number = before / kTileWidth; number * kTileWidth < size; ++number) {
    if (interrupt.requested()) {
      return base::Error{base::Code::kInterrupted, "interrupted", "the mirror is as it was"};
    }
    TRY(filling.fill_bundle(number, size));
    progress(std::min(size, (number + 1) * kTileWidth) - before, size - before);
  }
  TRY(filling.finish(fresh, installation.chain(), before));
  return MirrorUpdate{fresh.checkpoint, size - before, filling.trust_entries()};
}

Result<void> check_role(const Installation& installation, base::Time now) {
  TRY(const trust::Device* self, installation.self(now));
  const trust::Role role = self->certificate.role;
  if (trust::allowed(role, trust::Operation::kReadLog)) return {};
  return base::Error{base::Code::kDenied,
                     fmt::format("the role {} may not read the audit log", trust::role_name(role)),
                     "an owner, an auditor or a privacy officer can mirror it"};
}

}  // namespace

Result<MirrorUpdate> update_mirror(
    Installation& installation, const std::filesystem::path& path, Context& context,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) {
  TRY(check_role(installation, context.clock.now()));
  TRY(MirrorFolder folder,
      MirrorFolder::open_to_write(std::filesystem::absolute(path), installation.profile().root));
  TRY(const Mirror kept, check_kept(folder, installation, context.interrupt));
  TRY(client::RelayClient relay, visit(installation, context));
  TRY(const SignedCheckpoint fresh, sync_checkpoint(installation, relay));
  // What the log names by now is in the chain fetched after it.
  TRY(sync_trust(installation, relay));
  TRY(check_start(kept, installation));
  const MirrorStart start{kept.checkpoint, kept.entries.size()};
  const merkle::Checkpoint& old = start.checkpoint;
  if (fresh.checkpoint.size < old.size) {
    return refuse(fmt::format("the relay's log has {} events, the mirror {}", fresh.checkpoint.size,
                              old.size));
  }
  TRY(check_extends(relay, {old.size, old.root}, {fresh.checkpoint.size, fresh.checkpoint.root}));
  if (old.size > 0 && fresh.checkpoint == old) return MirrorUpdate{old, 0, start.trust_entries};
  auto updated = fill(folder, installation, relay, fresh, start, context.interrupt, progress);
  if (!updated) folder.take_back();
  return updated;
}

}  // namespace sealpost::flow
