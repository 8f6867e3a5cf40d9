// The audit log: checkpoints and tiles for every role, entries and events for who may read it.
#include <algorithm>
#include <utility>

#include "audit/filter.hpp"
#include "note/cosignature.hpp"
#include "relay/handlers/handlers.hpp"
#include "relay/log_floor.hpp"
#include "text/uuid.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

using base::Code;

constexpr std::uint64_t kDefaultEvents = 256;
constexpr std::uint64_t kMaxEvents = 1024;
constexpr std::size_t kChunk = 256;           // leaves read at once
constexpr std::uint64_t kMaxScanned = 20000;  // leaves looked at for one answer
constexpr int kMaxLooks = 16;                 // into the index
constexpr std::size_t kMaxEventBytes = 8 << 20;

// Only what a published checkpoint covers is shown: the rest could not be proven.
std::uint64_t shown_size(const Engine& engine) {
  return engine.checkpoints.latest().checkpoint.size;
}

base::Result<std::uint64_t> floor_now(MetaReader& store, const Engine& engine) {
  return log_floor(store, shown_size(engine), *engine.directory.policy(), engine.seams.clock.now());
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
  std::string id;  // of the query, as its device chose it; may be empty
};

base::Result<std::uint64_t> first_index(MetaReader& store, const Search& search) {
  std::uint64_t first = 0;
  if (search.filter.after) first = std::min(*search.filter.after, search.size) + 1;
  if (!search.filter.since) return first;
  TRY(const std::uint64_t since, first_since(store, search.size, *search.filter.since));
  return std::max(first, since);
}

// An answer as it fills.
class Page {
 public:
  Page(const Search& search, std::uint64_t at) : search_(search) {
    out_.next = search.filter.after.value_or(0);
    if (at > 0 && at <= search.size) out_.next = std::max(out_.next, at - 1);
  }
  // False when nothing more belongs on the page.
  base::Result<bool> take(std::uint64_t at, base::Bytes leaf) {
    TRY(const audit::Event event, audit::parse_leaf(leaf));
    if (search_.filter.until && event.at >= *search_.filter.until) {
      out_.more = false;
      return false;
    }
    looked_at(at);
    ++looked_;
    if (audit::matches(search_.filter, at, event)) {
      bytes_ += leaf.size();
      out_.entries.push_back({at, std::move(leaf)});
    }
    return out_.entries.size() < search_.limit && bytes_ <= kMaxEventBytes && looked_ < kMaxScanned;
  }
  // Everything up to here was looked at.
  void looked_at(std::uint64_t at) {
    out_.next = at;
    out_.more = at + 1 < search_.size;
  }
  wire::AuditEntries finish() { return std::move(out_); }

 private:
  const Search& search_;
  wire::AuditEntries out_;
  std::size_t bytes_ = 0;
  std::uint64_t looked_ = 0;
};

// Looks only where the index says that there may be something; from `at` to where the index ends.
// False when the page is done.
base::Result<bool> find(MetaReader& store, EventFinder& finder, const Search& search, Page& page,
                        std::uint64_t& at) {
  const std::uint64_t end = std::min(finder.size(), search.size);
  for (int looks = 0; at < end; ++looks) {
    if (looks == kMaxLooks) return false;
    const auto found = finder.find(search.filter, at, kChunk);
    if (!found) return true;  // without the index each is looked at
    for (const std::uint64_t index : found->indexes) {
      if (index >= end) break;
      TRY(auto leaf, store.leaves(index, 1));
      if (leaf.empty()) return false;
      TRY(const bool more, page.take(index, std::move(leaf.front())));
      if (!more) return false;
    }
    if (found->next <= at) break;
    at = std::min(found->next, end);
    page.looked_at(at - 1);
  }
  return true;
}

// Looks at each, from `at` on.
base::Result<void> scan(MetaReader& store, const Search& search, Page& page, std::uint64_t at) {
  while (at < search.size) {
    TRY(auto leaves, store.leaves(at, std::min<std::uint64_t>(kChunk, search.size - at)));
    if (leaves.empty()) return {};
    for (base::Bytes& leaf : leaves) {
      TRY(const bool more, page.take(at, std::move(leaf)));
      if (!more) return {};
      ++at;
    }
  }
  return {};
}

base::Result<wire::AuditEntries> look_up(MetaReader& store, EventFinder& finder,
                                         const Search& search, std::uint64_t at) {
  Page page(search, at);
  if (search::EventIndex::narrows(search.filter)) {
    TRY(const bool more, find(store, finder, search, page, at));
    if (!more) return page.finish();
  }
  TRY(scan(store, search, page, at));
  return page.finish();
}

// "limit" and "id" are the route's, the rest of the query the filter's.
base::Result<Search> parse_search(std::string_view query) {
  Search out{{}, 0, kDefaultEvents, ""};
  std::string rest;
  if (!query.empty()) {
    for (const std::string_view part : base::split(query, '&')) {
      if (part.starts_with("limit=")) {
        TRY(const Parameters limit, Parameters::parse(part, {"limit"}));
        TRY(out.limit, limit.number("limit", kDefaultEvents, kMaxEvents));
        continue;
      }
      if (part.starts_with("id=")) {
        TRY(const Parameters given, Parameters::parse(part, {"id"}));
        TRY(out.id, given.text("id"));
        if (!text::is_uuid(out.id)) return base::Error{Code::kMalformed, "an id that is none", ""};
        continue;
      }
      rest += (rest.empty() ? "" : "&") + std::string(part);
    }
  }
  if (out.limit == 0) return base::Error{Code::kMalformed, "limit must be at least 1", ""};
  TRY(out.filter, audit::parse_query(rest));
  return out;
}

// The note, what witnesses have said to it, and the relay's word that this is its newest state now:
// a cosignature under the log's own key, which says the same of a checkpoint as a witness would
// (sealpost-note(5), COSIGNATURE).
std::string dated(Checkpoints::Published fresh, const Engine& engine) {
  if (fresh.note.empty()) return {};
  return fresh.note + engine.witnesses.lines_for(fresh.checkpoint) +
         note::cosignature_line(merkle::format_checkpoint(fresh.checkpoint), engine.log_key,
                                engine.seams.clock.now());
}

// A query is told of when it begins; its further pages go on with it.
base::Result<Outcome> answer_query(const Request& request, Engine& engine, audit::Filter filter,
                                   const std::string& id, const wire::AuditEntries& page) {
  const std::string& device = request.caller.name;
  const std::uint64_t first = filter.after ? *filter.after + 1 : 0;
  const std::string asked = audit::to_query(filter);
  const std::optional<std::uint64_t> after = std::exchange(filter.after, std::nullopt);
  const std::string without_place = audit::to_query(filter);
  const base::milliseconds now = engine.seams.clock.steady();
  const bool goes_on = engine.readings.page_goes_on(device, without_place, after, now) ||
                       engine.readings.query_goes_on(device, without_place, id, first, now);
  if (goes_on) {
    engine.readings.page_ended(device, without_place, page.next, now);
    return Outcome(cbor(wire::to_cbor(page)));
  }
  audit::Event event = event_of(request, "audit.query", {});
  if (!asked.empty()) event.details["filter"] = asked;
  return Outcome(told_first(request, std::move(event),
                            [&engine, device, without_place, id, first, next = page.next, now,
                             body = wire::to_cbor(page)] {
                              engine.readings.query_began(device, without_place, id, first, now);
                              engine.readings.page_ended(device, without_place, next, now);
                              return base::Result<Reply>(cbor(body));
                            }));
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

base::Result<Outcome> get_cosigned(Request&, Engine& engine) {
  std::string note = engine.witnesses.cosigned().note;
  if (note.empty()) {
    return base::Error{Code::kNotFound, "no witness has cosigned this log yet", ""};
  }
  return Outcome(plain_text(std::move(note)));
}

base::Result<Outcome> get_tile(Request& request, Engine& engine) {
  TRY(const merkle::TileId tile, shown_tile(engine, "tile/" + request.path.front()));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(base::Bytes hashes, read_tile(*store, tile));
  return Outcome(octets(std::move(hashes)));
}

base::Result<Outcome> get_floor(Request&, Engine& engine) {
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const std::uint64_t floor, floor_now(*store, engine));
  return Outcome(plain_text(std::to_string(floor) + "\n"));
}

base::Result<Outcome> get_entries(Request& request, Engine& engine) {
  TRY(const merkle::TileId tile, shown_tile(engine, "tile/entries/" + request.path.front()));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const std::uint64_t floor, floor_now(*store, engine));
  if ((tile.index + 1) * merkle::kTileWidth <= floor) return pruned(floor);
  TRY(const auto leaves, store->leaves(tile.index * merkle::kTileWidth, tile.width));
  base::Bytes bundle;
  for (const base::Bytes& leaf : leaves) merkle::append_entry(bundle, leaf);
  const std::uint64_t first = tile.index * merkle::kTileWidth;
  const std::string& device = request.caller.name;
  if (engine.readings.copy_goes_on(device, first, engine.seams.clock.steady())) {
    return Outcome(octets(std::move(bundle)));
  }
  audit::Event event = event_of(request, "audit.read", {});
  event.details["first"] = std::to_string(first);
  return Outcome(
      told_first(request, std::move(event), [&engine, device, first, bundle = std::move(bundle)] {
        engine.readings.copy_began(device, first, engine.seams.clock.steady());
        return base::Result<Reply>(octets(bundle));
      }));
}

base::Result<Outcome> get_events(Request& request, Engine& engine) {
  TRY(Search search, parse_search(request.query));
  search.size = shown_size(engine);
  const audit::Filter asked = search.filter;
  const std::string id = search.id;
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const std::uint64_t floor, floor_now(*store, engine));
  if (floor > 0) search.filter.after = std::max(search.filter.after.value_or(0), floor - 1);
  TRY(const std::uint64_t first, first_index(*store, search));
  TRY(const wire::AuditEntries out, look_up(*store, engine.events, search, first));
  return answer_query(request, engine, asked, id, out);
}

}  // namespace sealpost::relay
