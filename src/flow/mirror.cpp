// Bringing a mirror up to date.
#include "flow/mirror.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "flow/mirror_folder.hpp"
#include "flow/mirror_log.hpp"
#include "flow/pruned.hpp"
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
                          const base::Interrupt& interrupt, const MirrorWatch& watch) {
  TRY(const std::optional<std::string> signed_checkpoint, folder.checkpoint());
  if (!signed_checkpoint) return Mirror();
  auto mirror = read_mirror(folder, installation.chain().root(), {}, interrupt, watch);
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

// What to do with the bundles of a run that ended half way.
enum class Leftovers { kTakenUp, kIgnored };

// The events behind `start`, checked and laid down; whether they are what the relay signed shows in
// the root at the end.
class Filling {
 public:
  Filling(MirrorFolder& folder, client::RelayClient& relay, const trust::Chain& chain,
          std::uint64_t logged, Leftovers leftovers, merkle::GrowingTiles tiles)
      : folder_(folder),
        relay_(relay),
        leftovers_(leftovers),
        tiles_(std::move(tiles)),
        logged_(chain.entries(), logged) {}

  // All of the bundle that a log of `size` events has.
  Result<void> fill_bundle(std::uint64_t number, std::uint64_t size) {
    const merkle::TileId tile{-1, number, std::min(kTileWidth, size - number * kTileWidth)};
    TRY(const Bundle bundle, find_bundle(tile));
    const std::vector<base::Bytes>& entries = bundle.entries;
    if (entries.size() != tile.width) return refuse("a bundle of events is not complete");
    TRY(check_known(entries, number));
    for (std::uint64_t i = tiles_.size() - number * kTileWidth; i < tile.width; ++i) {
      TRY(take(entries[static_cast<std::size_t>(i)], number * kTileWidth + i));
      ++(bundle.taken_up ? taken_up_ : fetched_);
    }
    return bundle.taken_up ? base::Result<void>() : folder_.put_tile(tile, bundle.bytes);
  }

  // A full bundle whose events the relay shows no more: only their hashes.
  Result<void> fill_pruned(std::uint64_t number) {
    TRY(const base::Bytes hashes, relay_.tile({0, number, kTileWidth}));
    if (hashes.size() != kTileWidth * sizeof(crypto::Digest)) {
      return refuse("a tile has a wrong length");
    }
    for (std::size_t at = 0; at < hashes.size(); at += sizeof(crypto::Digest)) {
      TRY(const crypto::Digest leaf,
          crypto::digest_from(base::ByteView(hashes).subspan(at, sizeof(crypto::Digest))));
      TRY(tiles_.append(leaf, put()));
      ++fetched_;
    }
    return {};
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
  std::uint64_t fetched() const { return fetched_; }    // events
  std::uint64_t taken_up() const { return taken_up_; }  // events
  bool took_up() const { return took_up_; }             // also when it did not fit

 private:
  struct Bundle {
    base::Bytes bytes;
    std::vector<base::Bytes> entries;
    bool taken_up = false;
  };

  // The one that an earlier run brought, or the relay's.
  Result<Bundle> find_bundle(const merkle::TileId& tile) {
    if (leftovers_ == Leftovers::kTakenUp && tile.width == kTileWidth) {
      auto bytes = folder_.left_over(tile);
      auto entries = merkle::split_bundle(bytes.value_or(base::Bytes()));
      if (entries && entries->size() == kTileWidth) {
        took_up_ = true;
        return Bundle{*std::move(bytes), *std::move(entries), true};
      }
    }
    TRY(base::Bytes bytes, relay_.tile(tile));
    TRY(std::vector<base::Bytes> entries, merkle::split_bundle(bytes));
    return Bundle{std::move(bytes), std::move(entries), false};
  }

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
  const Leftovers leftovers_;
  merkle::GrowingTiles tiles_;
  LoggedChain logged_;
  base::Time last_;
  std::uint64_t fetched_ = 0;
  std::uint64_t taken_up_ = 0;
  bool took_up_ = false;
};

Result<merkle::GrowingTiles> grow_from(const MirrorFolder& folder,
                                       const merkle::Checkpoint& start) {
  TRY(merkle::GrowingTiles tiles,
      merkle::GrowingTiles::resume(
          start.size, [&folder](const merkle::TileId& tile) { return folder.tile(tile); }));
  if (start.size == 0 || tiles.root() == start.root) return tiles;
  return base::Error{base::Code::kVerificationFailed,
                     "the mirror was changed: its tiles do not fit its checkpoint",
                     "mirror anew into an empty folder"};
}

// One way from what the mirror has to what the relay has signed.
class Update {
 public:
  Update(MirrorFolder& folder, const trust::Chain& chain, client::RelayClient& relay,
         const SignedCheckpoint& fresh, const MirrorStart& start, const Pruned& pruned,
         const base::Interrupt& interrupt, const MirrorWatch& watch)
      : folder_(folder),
        chain_(chain),
        relay_(relay),
        fresh_(fresh),
        start_(start),
        pruned_(pruned),
        interrupt_(interrupt),
        watch_(watch) {}

  // Leaves behind what the next run can take up.
  Result<MirrorUpdate> run() {
    auto updated = fill(Leftovers::kTakenUp);
    // Which of the two is wrong, what lay here or what the relay gives, only the relay's all can
    // say.
    if (!updated && !may_go_on(updated.error().code) && took_up_) {
      folder_.take_back();
      updated = fill(Leftovers::kIgnored);
    }
    if (!updated && !may_go_on(updated.error().code)) folder_.take_back();
    return updated;
  }

 private:
  static bool may_go_on(base::Code code) {
    return code == base::Code::kInterrupted || code == base::Code::kUnreachable ||
           code == base::Code::kBusy;
  }

  Result<MirrorUpdate> fill(Leftovers leftovers) {
    const std::uint64_t before = start_.checkpoint.size;
    const std::uint64_t size = fresh_.checkpoint.size;
    TRY(merkle::GrowingTiles tiles, grow_from(folder_, start_.checkpoint));
    const std::uint64_t logged = before == 0 ? pruned_.leaves.size() : start_.trust_entries;
    if (before == 0) {
      TRY(folder_.put_pruned(pruned_.floor == 0 ? "" : format_pruned(pruned_)));
    }
    Filling filling(folder_, relay_, chain_, logged, leftovers, std::move(tiles));
    watch_({MirrorProgress::Phase::kFetching, 0, 0, size - before});
    for (std::uint64_t number = before / kTileWidth; number * kTileWidth < size; ++number) {
      if (interrupt_.requested()) {
        return base::Error{base::Code::kInterrupted, "interrupted",
                           "the mirror is as it was; the same command goes on where it stopped"};
      }
      const bool gone = before == 0 && (number + 1) * kTileWidth <= pruned_.floor;
      const auto filled = gone ? filling.fill_pruned(number) : filling.fill_bundle(number, size);
      took_up_ = filling.took_up();
      if (!filled) return filled.error();
      watch_(
          {MirrorProgress::Phase::kFetching, filling.fetched(), filling.taken_up(), size - before});
    }
    TRY(filling.finish(fresh_, chain_, before));
    return MirrorUpdate{fresh_.checkpoint, size - before, filling.trust_entries()};
  }

  MirrorFolder& folder_;
  const trust::Chain& chain_;
  client::RelayClient& relay_;
  const SignedCheckpoint& fresh_;
  const MirrorStart& start_;
  const Pruned& pruned_;
  const base::Interrupt& interrupt_;
  const MirrorWatch& watch_;
  bool took_up_ = false;  // something of an earlier run
};

Result<void> check_role(const Installation& installation, base::Time now) {
  TRY(const trust::Device* self, installation.self(now));
  const trust::Role role = self->role;
  if (trust::allowed(role, trust::Operation::kReadLog)) return {};
  return base::Error{base::Code::kDenied,
                     fmt::format("the role {} may not read the audit log", trust::role_name(role)),
                     "an owner, an auditor or a privacy officer can mirror it"};
}

constexpr base::milliseconds kPoll{1000};
constexpr base::milliseconds kVisit{60'000};  // how long one visit of the relay lasts
constexpr base::milliseconds kLongestPause{60'000};

bool is_away(base::Code code) {
  return code == base::Code::kUnreachable || code == base::Code::kBusy;
}

// A mirror that is open to be written, and how far it reaches.
class Keeping {
 public:
  static Result<Keeping> open(Installation& installation, const std::filesystem::path& path,
                              Context& context, const MirrorWatch& watch) {
    TRY(check_role(installation, context.clock.now()));
    TRY(MirrorFolder folder,
        MirrorFolder::open_to_write(std::filesystem::absolute(path), installation.profile().root));
    TRY(Mirror kept, check_kept(folder, installation, context.interrupt, watch));
    return Keeping(installation, std::move(folder), std::move(kept), context, watch);
  }

  Result<MirrorUpdate> update(client::RelayClient& relay) {
    TRY(const SignedCheckpoint fresh, sync_checkpoint(installation_, relay));
    // What the log names by now is in the chain fetched after it.
    TRY(sync_trust(installation_, relay));
    if (kept_) TRY(check_start(*kept_, installation_));
    kept_.reset();
    const merkle::Checkpoint& old = start_.checkpoint;
    if (fresh.checkpoint.size < old.size) {
      return refuse(fmt::format("the relay's log has {} events, the mirror {}",
                                fresh.checkpoint.size, old.size));
    }
    TRY(check_extends(relay, {old.size, old.root}, {fresh.checkpoint.size, fresh.checkpoint.root}));
    if (old.size > 0 && fresh.checkpoint == old) return MirrorUpdate{old, 0, start_.trust_entries};
    TRY(const Pruned pruned, find_pruned(relay, fresh.checkpoint));
    TRY(MirrorUpdate update, Update(folder_, installation_.chain(), relay, fresh, start_, pruned,
                                    context_.interrupt, watch_)
                                 .run());
    start_ = {update.checkpoint, update.trust_entries};
    return update;
  }

 private:
  Keeping(Installation& installation, MirrorFolder folder, Mirror kept, Context& context,
          const MirrorWatch& watch)
      : installation_(installation),
        folder_(std::move(folder)),
        context_(context),
        watch_(watch),
        start_{kept.checkpoint, kept.entries.size()},
        kept_(std::move(kept)) {}

  // What a new mirror cannot have any more. One that ended before cannot go on.
  Result<Pruned> find_pruned(client::RelayClient& relay, const merkle::Checkpoint& tree) const {
    const std::uint64_t size = start_.checkpoint.size;
    TRY(Pruned pruned, fetch_pruned(installation_, relay, tree));
    if (size == 0 || (size / kTileWidth + 1) * kTileWidth > pruned.floor) return pruned;
    return base::Error{base::Code::kNotFound,
                       fmt::format("the relay shows events from {} on, and the mirror ends at {}",
                                   pruned.floor, size),
                       "keep it, and mirror the log into another folder as well"};
  }

  Installation& installation_;
  MirrorFolder folder_;
  Context& context_;
  const MirrorWatch& watch_;
  MirrorStart start_;
  std::optional<Mirror> kept_;  // until it was held against the relay's
};

// Visits the relay again and again, and asks it in between.
class Following {
 public:
  Following(Keeping& keeping, Installation& installation, Context& context,
            MirrorFollower& follower)
      : keeping_(keeping), installation_(installation), context_(context), follower_(follower) {}

  Result<void> run() {
    while (!context_.interrupt.requested()) {
      const auto visited = stay();
      if (!visited && !is_away(visited.error().code)) return visited;
      if (!visited) TRY(stay_away(visited.error()));
    }
    return base::Error{base::Code::kInterrupted, "stopped following the log",
                       "the mirror is whole; the same command goes on"};
  }

 private:
  // One visit: the same connection for a while.
  Result<void> stay() {
    TRY(client::RelayClient relay, visit(installation_, context_));
    const base::milliseconds end = context_.clock.steady() + kVisit;
    while (!context_.interrupt.requested() && context_.clock.steady() < end) {
      TRY(const MirrorUpdate update, keeping_.update(relay));
      TRY(came_back());
      if (update.added > 0 || !told_) TRY(follower_.updated(update));
      told_ = true;
      context_.clock.sleep(kPoll);
    }
    return {};
  }

  Result<void> came_back() {
    pause_ = kPoll;
    return std::exchange(away_, false) ? follower_.back() : Result<void>();
  }

  Result<void> stay_away(const base::Error& why) {
    if (!std::exchange(away_, true)) TRY(follower_.away(why));
    const base::milliseconds end = context_.clock.steady() + pause_;
    while (!context_.interrupt.requested() && context_.clock.steady() < end) {
      context_.clock.sleep(std::min(kPoll, end - context_.clock.steady()));
    }
    pause_ = std::min(pause_ * 2, kLongestPause);
    return {};
  }

  Keeping& keeping_;
  Installation& installation_;
  Context& context_;
  MirrorFollower& follower_;
  base::milliseconds pause_ = kPoll;
  bool away_ = false;
  bool told_ = false;  // how far the mirror was in the beginning
};

}  // namespace

Result<MirrorUpdate> update_mirror(Installation& installation, const std::filesystem::path& path,
                                   Context& context, const MirrorWatch& watch) {
  TRY(Keeping keeping, Keeping::open(installation, path, context, watch));
  TRY(client::RelayClient relay, visit(installation, context));
  return keeping.update(relay);
}

Result<void> follow_mirror(Installation& installation, const std::filesystem::path& path,
                           Context& context, const MirrorWatch& watch, MirrorFollower& follower) {
  TRY(Keeping keeping, Keeping::open(installation, path, context, watch));
  return Following(keeping, installation, context, follower).run();
}

}  // namespace sealpost::flow
