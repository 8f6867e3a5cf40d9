// The audit log: checkpoints and tiles for every role, entries and events for who may read it.
#include <algorithm>

#include "audit/filter.hpp"
#include "note/cosignature.hpp"
#include "relay/handlers/handlers.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

using base::Code;

constexpr std::uint64_t kDefaultEvents = 256;
constexpr std::uint64_t kMaxEvents = 1024;
constexpr std::size_t kChunk = 256;           // leaves read at once
constexpr std::uint64_t kMaxScanned = 20000;  // leaves looked at for one answer
constexpr std::size_t kMaxEventBytes = 8 << 20;

// Only what a published checkpoint covers is shown: the rest could not be proven.
std::uint64_t shown_size(const Engine& engine) {
  return engine.checkpoints.latest().checkpoint.size;
}

base::Result<merkle::TileId> shown_tile(const Engine& engine, const std::string& path) {
  TRY(const merkle::TileId tile, merkle::parse_tile_path(path));
  const int level = std::max(tile.level, 0);
  const std::uint64_t end = tile.index * merkle::kTileWidth + tile.width;
  if (end > merkle::tile_hashes(shown_size(engine), level)) {
    return base::Error{Code::kNotFound, "no such tile yet", ""};
  }
  return tile;
}

// The first leaf that is not older than `since`: times in the log never go back.
base::Result<std::uint64_t> first_since(MetaReader& store, std::uint64_t size, base::Time since) {
  std::uint64_t low = 0;
  std::uint64_t high = size;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    TRY(const auto leaf, store.leaves(middle, 1));
    if (leaf.empty()) return size;
    TRY(const audit::Event event, audit::parse_leaf(leaf.front()));
    (event.at < since ? low : high) = event.at < since ? middle + 1 : middle;
  }
  return low;
}

struct Search {
  audit::Filter filter;
  std::uint64_t size;  // of the log as it is shown
  std::uint64_t limit;
};

base::Result<std::uint64_t> first_index(MetaReader& store, const Search& search) {
  std::uint64_t first = 0;
  if (search.filter.after) first = std::min(*search.filter.after, search.size) + 1;
  if (!search.filter.since) return first;
  TRY(const std::uint64_t since, first_since(store, search.size, *search.filter.since));
  return std::max(first, since);
}

// Goes on from `at` and stops when the answer is full, the time is past, or enough was looked at.
base::Result<wire::AuditEntries> scan(MetaReader& store, const Search& search, std::uint64_t at) {
  wire::AuditEntries out;
  const std::uint64_t end = std::min(search.size, at + kMaxScanned);
  std::size_t bytes = 0;
  while (at < end) {
    TRY(auto leaves, store.leaves(at, std::min<std::uint64_t>(kChunk, end - at)));
    if (leaves.empty()) break;
    for (base::Bytes& leaf : leaves) {
      TRY(const audit::Event event, audit::parse_leaf(leaf));
      if (search.filter.until && event.at >= *search.filter.until) return out;
      out.next = at;
      if (audit::matches(search.filter, at, event)) {
        bytes += leaf.size();
        out.entries.push_back({at, std::move(leaf)});
      }
      ++at;
      out.more = at < search.size;
      if (out.entries.size() == search.limit || bytes > kMaxEventBytes) return out;
    }
  }
  return out;
}

// "limit" is the route's, the rest of the query the filter's.
base::Result<Search> parse_search(std::string_view query) {
  Search out{{}, 0, kDefaultEvents};
  std::string rest;
  if (!query.empty()) {
    for (const std::string_view part : base::split(query, '&')) {
      if (part.starts_with("limit=")) {
        TRY(const Parameters limit, Parameters::parse(part, {"limit"}));
        TRY(out.limit, limit.number("limit", kDefaultEvents, kMaxEvents));
        continue;
      }
      rest += (rest.empty() ? "" : "&") + std::string(part);
    }
  }
  if (out.limit == 0) return base::Error{Code::kMalformed, "limit must be at least 1", ""};
  TRY(out.filter, audit::parse_query(rest));
  return out;
}

// The note and the relay's word that this is its newest state now: a cosignature under the log's
// own key, which says the same of a checkpoint as a witness would (sealpost-note(5), COSIGNATURE).
std::string dated(Checkpoints::Published fresh, const Engine& engine) {
  if (fresh.note.empty()) return {};
  return fresh.note + note::cosignature_line(merkle::format_checkpoint(fresh.checkpoint),
                                             engine.log_key, engine.seams.clock.now());
}

}  // namespace

base::Result<Outcome> get_checkpoint(Request&, Engine& engine) {
  return Outcome(Pending{[&engine](const Done& done) {
    engine.writer.fresh_checkpoint([done, &engine](base::Result<Checkpoints::Published> fresh) {
      if (!fresh) return done(fresh.error());
      done(plain_text(dated(*std::move(fresh), engine)));
    });
  }});
}

base::Result<Outcome> get_tile(Request& request, Engine& engine) {
  TRY(const merkle::TileId tile, shown_tile(engine, "tile/" + request.path.front()));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(base::Bytes hashes, read_tile(*store, tile));
  return Outcome(octets(std::move(hashes)));
}

base::Result<Outcome> get_entries(Request& request, Engine& engine) {
  TRY(const merkle::TileId tile, shown_tile(engine, "tile/entries/" + request.path.front()));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const auto leaves, store->leaves(tile.index * merkle::kTileWidth, tile.width));
  base::Bytes bundle;
  for (const base::Bytes& leaf : leaves) merkle::append_entry(bundle, leaf);
  return Outcome(octets(std::move(bundle)));
}

base::Result<Outcome> get_events(Request& request, Engine& engine) {
  TRY(Search search, parse_search(request.query));
  search.size = shown_size(engine);
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const std::uint64_t first, first_index(*store, search));
  TRY(const wire::AuditEntries out, scan(*store, search, first));
  return Outcome(cbor(wire::to_cbor(out)));
}

}  // namespace sealpost::relay
