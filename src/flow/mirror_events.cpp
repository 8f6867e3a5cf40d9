#include "flow/mirror_events.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.hpp"
#include "flow/mirror_folder.hpp"
#include "flow/mirror_log.hpp"
#include "merkle/tile.hpp"
#include "search/event_index.hpp"

namespace sealpost::flow {
namespace {

using base::Result;
using merkle::kTileWidth;
using search::EventIndex;

constexpr std::string_view kIndex = "index.db";
constexpr std::uint64_t kIndexBatch = 16;  // bundles in one transaction
constexpr std::size_t kCandidates = 1000;  // asked of the index at once

base::Error refuse(std::string why) {
  return {base::Code::kVerificationFailed, "the mirror does not hold: " + std::move(why),
          "it was damaged or changed; mirror anew into an empty folder"};
}

base::Error interrupted() {
  return {base::Code::kInterrupted, "interrupted", "go on with --after"};
}

}  // namespace

struct MirrorEvents::Parts {
  Parts(MirrorFolder opened, MirrorHead verified, std::uint64_t first)
      : folder(std::move(opened)),
        head(std::move(verified)),
        floor(first),
        nodes(merkle::nodes_from_tiles(head.checkpoint.size, [this](const merkle::TileId& tile) {
          return folder.tile(tile);
        })) {}

  Result<void> load(std::uint64_t number);
  Result<void> check_bundle(std::uint64_t number, const std::vector<base::Bytes>& entries);
  Result<audit::Event> event(std::uint64_t index);
  Result<std::uint64_t> first_since(base::Time since);
  Result<std::string> mark(std::uint64_t index);
  Result<EventIndex> index(const base::Interrupt& interrupt, const MirrorWatch& watch);
  Result<void> extend(EventIndex& index, std::uint64_t from, const base::Interrupt& interrupt,
                      const MirrorWatch& watch);

  MirrorFolder folder;
  MirrorHead head;
  std::uint64_t floor;  // events from here on are in the mirror
  merkle::NodeReader nodes;
  std::uint64_t loaded = UINT64_MAX;  // number of the bundle that is held
  std::vector<base::Bytes> entries;
};

// The hashes of the tile are what the proof of its first leaf is computed from: when that leads to
// the root, so do all of them.
Result<void> MirrorEvents::Parts::check_bundle(std::uint64_t number,
                                               const std::vector<base::Bytes>& found) {
  const std::uint64_t size = head.checkpoint.size;
  const merkle::TileId id = merkle::tile_at(size, 0, number);
  const auto tile = folder.tile(id);
  if (!tile) return refuse(tile.error().text);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const crypto::Digest hash = merkle::leaf_hash(found[i]);
    if (tile->size() < (i + 1) * hash.size() ||
        !std::equal(hash.begin(), hash.end(),
                    tile->begin() + static_cast<std::ptrdiff_t>(i * 32))) {
      return refuse(fmt::format("event {} is not the one in the tree", number * kTileWidth + i));
    }
  }
  const std::uint64_t first = number * kTileWidth;
  const auto path = merkle::inclusion_proof(first, size, nodes);
  if (!path) return refuse(path.error().text);
  if (merkle::verify_inclusion(first, size, merkle::leaf_hash(found.front()), *path,
                               head.checkpoint.root)) {
    return {};
  }
  return refuse(merkle::tile_path(id) + " is not of the tree that the checkpoint signs");
}

Result<void> MirrorEvents::Parts::load(std::uint64_t number) {
  if (loaded == number) return {};
  const std::uint64_t width = std::min(kTileWidth, head.checkpoint.size - number * kTileWidth);
  const merkle::TileId id{-1, number, width};
  const auto bytes = folder.tile(id);
  if (!bytes) return refuse(bytes.error().text);
  auto found = merkle::split_bundle(*bytes);
  if (!found || found->size() != width) return refuse(merkle::tile_path(id) + " is not complete");
  TRY(check_bundle(number, *found));
  entries = *std::move(found);
  loaded = number;
  return {};
}

Result<audit::Event> MirrorEvents::Parts::event(std::uint64_t index) {
  TRY(load(index / kTileWidth));
  auto parsed = audit::parse_leaf(entries[static_cast<std::size_t>(index % kTileWidth)]);
  if (!parsed) return refuse(fmt::format("event {}: {}", index, parsed.error().text));
  return parsed;
}

// Times in the log never go back.
Result<std::uint64_t> MirrorEvents::Parts::first_since(base::Time since) {
  std::uint64_t low = floor;
  std::uint64_t high = head.checkpoint.size;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    TRY(const audit::Event found, event(middle));
    (found.at < since ? low : high) = found.at < since ? middle + 1 : middle;
  }
  return low;
}

Result<std::string> MirrorEvents::Parts::mark(std::uint64_t index) {
  TRY(load(index / kTileWidth));
  return base::to_hex(merkle::leaf_hash(entries[static_cast<std::size_t>(index % kTileWidth)]));
}

Result<void> MirrorEvents::Parts::extend(EventIndex& index, std::uint64_t from,
                                         const base::Interrupt& interrupt,
                                         const MirrorWatch& watch) {
  const std::uint64_t size = head.checkpoint.size;
  std::vector<audit::Event> events;
  for (std::uint64_t at = from; at < size; ++at) {
    TRY(audit::Event found, event(at));
    events.push_back(std::move(found));
    if (events.size() < kIndexBatch * kTileWidth && at + 1 < size) continue;
    if (interrupt.requested()) return interrupted();
    TRY(const std::string last, mark(at));
    TRY(index.add(at + 1 - events.size(), events, last));
    events.clear();
    watch({MirrorProgress::Phase::kChecking, at + 1 - from, 0, size - from});
  }
  return {};
}

// Up to the mirror's size, made anew when it is not of this mirror.
Result<EventIndex> MirrorEvents::Parts::index(const base::Interrupt& interrupt,
                                              const MirrorWatch& watch) {
  TRY(EventIndex index,
      EventIndex::open_to_write(folder.path() / kIndex, EventIndex::Sharing::kAlone));
  TRY(const search::Cover cover, index.cover());
  bool fits = cover.size <= head.checkpoint.size;
  if (fits && cover.size > 0) {
    TRY(const std::string last, mark(cover.size - 1));
    fits = last == cover.mark;
  }
  if (!fits) TRY(index.clear());
  TRY(extend(index, std::max(fits ? cover.size : 0, floor), interrupt, watch));
  return index;
}

MirrorEvents::MirrorEvents(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
MirrorEvents::MirrorEvents(MirrorEvents&&) noexcept = default;
MirrorEvents::~MirrorEvents() = default;

Result<MirrorEvents> MirrorEvents::open(const std::filesystem::path& path,
                                        const note::Verifier& root) {
  TRY(MirrorFolder folder, MirrorFolder::open_to_read(path));
  TRY(MirrorHead head, read_head(folder, root));
  TRY(const Pruned pruned, read_pruned(folder, head.checkpoint.size));
  return MirrorEvents(std::make_unique<Parts>(std::move(folder), std::move(head), pruned.floor));
}

const merkle::Checkpoint& MirrorEvents::checkpoint() const { return parts_->head.checkpoint; }
const std::string& MirrorEvents::signed_checkpoint() const { return parts_->head.note; }
const trust::Chain& MirrorEvents::chain() const { return parts_->head.chain; }

Result<base::Bytes> MirrorEvents::leaf(std::uint64_t index) {
  TRY(parts_->load(index / kTileWidth));
  return parts_->entries[static_cast<std::size_t>(index % kTileWidth)];
}

Result<void> MirrorEvents::query(const audit::Filter& filter, std::optional<std::uint64_t> limit,
                                 bool use_index, const base::Interrupt& interrupt,
                                 const MirrorWatch& watch, const Visit& visit) {
  const std::uint64_t size = checkpoint().size;
  std::uint64_t at = filter.after ? std::min(*filter.after, size) + 1 : 0;
  at = std::max(at, parts_->floor);
  if (filter.since) {
    TRY(const std::uint64_t since, parts_->first_since(*filter.since));
    at = std::max(at, since);
  }
  std::optional<EventIndex> index;
  if (use_index && EventIndex::narrows(filter)) {
    auto made = parts_->index(interrupt, watch);
    const bool told = !made && (made.error().code == base::Code::kInterrupted ||
                                made.error().code == base::Code::kVerificationFailed);
    if (told) return std::move(made).error();
    if (made) index = *std::move(made);  // on a read-only medium there is none
  }
  std::uint64_t left = limit.value_or(UINT64_MAX);
  // False at the end of what was asked for.
  const auto look = [&](std::uint64_t place) -> Result<bool> {
    TRY(audit::Event event, parts_->event(place));
    if (filter.until && event.at >= *filter.until) return false;
    if (!audit::matches(filter, place, event)) return true;
    TRY(visit({place, std::move(event)}));
    return --left > 0;
  };
  const std::uint64_t first = at;
  while (at < size && left > 0) {
    if (interrupt.requested()) return interrupted();
    search::Candidates next;
    if (index) {
      TRY(next, index->candidates(filter, at, kCandidates));
    } else {
      next.next = std::min(size, at + kTileWidth);
      for (std::uint64_t place = at; place < next.next; ++place) next.indexes.push_back(place);
      watch({MirrorProgress::Phase::kChecking, at - first, 0, size - first});
    }
    for (const std::uint64_t place : next.indexes) {
      TRY(const bool more, look(place));
      if (!more) return {};
    }
    at = next.next;
  }
  return {};
}

}  // namespace sealpost::flow
