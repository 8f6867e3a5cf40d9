#include "search/event_index.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "search/event_terms.hpp"

namespace sealpost::search {
namespace {

using base::Result;
using sqlite::Database;
using sqlite::Query;

// Events are indexed in segments, so that what is written together lies together, whatever their
// terms are; a term is looked for in each.
constexpr unsigned kSegmentBits = 16;
constexpr std::uint64_t kSegment = std::uint64_t{1} << kSegmentBits;
constexpr std::string_view kVersion = "1";
constexpr std::size_t kMaxSeeks = 50000;  // of one answer

constexpr const char* kTables = R"(
CREATE TABLE facts(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE events(name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE terms(segment INTEGER NOT NULL, term INTEGER NOT NULL, event INTEGER NOT NULL,
                   PRIMARY KEY(segment, term, event)) WITHOUT ROWID;
PRAGMA user_version = 1;
)";

struct Row {
  std::uint64_t segment;
  Term term;
  std::uint64_t event;  // within the segment
  auto operator<=>(const Row&) const = default;
};

std::vector<Row> rows_of(std::uint64_t first, std::span<const audit::Event> events) {
  std::vector<Row> rows;
  rows.reserve(events.size() * 8);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::uint64_t index = first + i;
    for (const Term term : terms_of(events[i])) {
      rows.push_back({index >> kSegmentBits, term, index & (kSegment - 1)});
    }
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

// The places of one group of terms in one segment, ascending.
class Places {
 public:
  Places(Database& database, const std::vector<Term>& terms) : db_(database), terms_(terms) {}
  void enter(std::uint64_t segment) {
    segment_ = segment;
    at_.assign(terms_.size(), 0);
    known_.assign(terms_.size(), false);
  }
  // The first one that is not in front of `event`; kSegment when there is none.
  Result<std::uint64_t> seek(std::uint64_t event, std::size_t& seeks) {
    std::uint64_t first = kSegment;
    for (std::size_t i = 0; i < terms_.size(); ++i) {
      if (!known_[i] || at_[i] < event) {
        TRY(at_[i], look(terms_[i], event));
        known_[i] = true;
        ++seeks;
      }
      first = std::min(first, at_[i]);
    }
    return first;
  }

 private:
  Result<std::uint64_t> look(Term term, std::uint64_t event) {
    TRY(Query query, db_.query("SELECT event FROM terms WHERE segment = ? AND term = ? AND "
                               "event >= ? ORDER BY event LIMIT 1"));
    query.bind(segment_).bind(std::uint64_t{term}).bind(event);
    TRY(const bool row, query.step());
    return row ? query.number(0) : kSegment;
  }

  Database& db_;
  const std::vector<Term>& terms_;
  std::uint64_t segment_ = 0;
  std::vector<std::uint64_t> at_;
  std::vector<bool> known_;
};

// The first place not in front of `event` that all groups have; kSegment when there is none.
Result<std::uint64_t> meet(std::vector<Places>& groups, std::uint64_t event, std::size_t& seeks) {
  for (;;) {
    const std::uint64_t wanted = event;
    for (Places& group : groups) {
      TRY(const std::uint64_t place, group.seek(event, seeks));
      if (place == kSegment) return kSegment;
      event = std::max(event, place);
    }
    if (event == wanted) return event;
  }
}

}  // namespace

Result<EventIndex> EventIndex::open_to_write(const std::filesystem::path& path, Sharing sharing) {
  const auto open = [&]() -> Result<EventIndex> {
    // SQLite gives its other files the mode of this one.
    auto made = base::create_new(path, 0600);
    if (!made && made.error().code != base::Code::kConflict) return std::move(made).error();
    TRY(Database database, Database::open(path, false));
    const bool shared = sharing == Sharing::kWithReaders;
    TRY(database.value(shared ? "PRAGMA journal_mode = WAL" : "PRAGMA journal_mode = DELETE"));
    TRY(database.run("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768"));
    TRY(const std::string version, database.value("PRAGMA user_version"));
    if (version == "0") TRY(database.run(std::string("BEGIN IMMEDIATE;") + kTables + "COMMIT"));
    if (version != "0" && version != kVersion) {
      return base::Error{base::Code::kVerificationFailed, "an index of another version", ""};
    }
    return EventIndex(std::move(database));
  };
  auto opened = open();
  if (opened || opened.error().code != base::Code::kVerificationFailed) return opened;
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::filesystem::remove(path.string() + suffix, ignored);
  }
  return open();
}

Result<EventIndex> EventIndex::open_to_read(const std::filesystem::path& path) {
  TRY(Database database, Database::open(path, true));
  TRY(database.run("PRAGMA cache_size = -16384"));
  return EventIndex(std::move(database));
}

Result<std::string> EventIndex::fact(std::string_view name) {
  TRY(Query query, db_.query("SELECT value FROM facts WHERE name = ?"));
  query.bind(name);
  TRY(const bool row, query.step());
  return row ? query.text(0) : std::string();
}

Result<void> EventIndex::set_fact(std::string_view name, std::string_view value) {
  TRY(Query query, db_.query("INSERT INTO facts(name, value) VALUES(?, ?) "
                             "ON CONFLICT(name) DO UPDATE SET value = excluded.value"));
  query.bind(name).bind(value);
  return query.run();
}

Result<Cover> EventIndex::cover() {
  TRY(const std::string size, fact("size"));
  TRY(std::string mark, fact("mark"));
  return Cover{base::parse_decimal(size).value_or(0), std::move(mark)};
}

Result<void> EventIndex::clear() {
  return db_.run(
      "BEGIN IMMEDIATE; DELETE FROM terms; DELETE FROM events; DELETE FROM facts; COMMIT");
}

Result<void> EventIndex::add(std::uint64_t first, std::span<const audit::Event> events,
                             std::string_view mark) {
  TRY(db_.run("BEGIN IMMEDIATE"));
  auto inserted = insert(first, events, mark);
  if (inserted) inserted = db_.run("COMMIT");
  if (!inserted && db_.in_transaction()) static_cast<void>(db_.run("ROLLBACK").has_value());
  return inserted;
}

Result<void> EventIndex::insert(std::uint64_t first, std::span<const audit::Event> events,
                                std::string_view mark) {
  TRY(const Cover there, cover());
  if (there.size != first && there.size != 0) {
    return base::Error{base::Code::kConflict, "the index of events is at another place", ""};
  }
  for (const Row& row : rows_of(first, events)) {
    TRY(Query query,
        db_.query("INSERT OR IGNORE INTO terms(segment, term, event) VALUES(?, ?, ?)"));
    query.bind(row.segment).bind(std::uint64_t{row.term}).bind(row.event);
    TRY(query.run());
  }
  std::set<std::string_view> names;
  for (const audit::Event& event : events) names.insert(event.event);
  for (const std::string_view name : names) {
    TRY(Query query, db_.query("INSERT OR IGNORE INTO events(name) VALUES(?)"));
    query.bind(name);
    TRY(query.run());
  }
  TRY(set_fact("size", std::to_string(first + events.size())));
  return set_fact("mark", mark);
}

Result<std::vector<std::string>> EventIndex::event_names() {
  TRY(Query query, db_.query("SELECT name FROM events ORDER BY name"));
  std::vector<std::string> out;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return out;
    out.push_back(query.text(0));
  }
}

bool EventIndex::narrows(const audit::Filter& filter) { return !terms_of(filter, {}).empty(); }

Result<Candidates> EventIndex::candidates(const audit::Filter& filter, std::uint64_t from,
                                          std::size_t limit) {
  TRY(const Cover there, cover());
  TRY(const std::vector<std::string> names, event_names());
  const std::vector<std::vector<Term>> terms = terms_of(filter, names);
  std::vector<Places> groups;
  for (const auto& group : terms) groups.emplace_back(db_, group);
  Candidates out;
  out.next = from;
  std::size_t seeks = 0;
  while (out.next < there.size) {
    const std::uint64_t segment = out.next >> kSegmentBits;
    for (Places& group : groups) group.enter(segment);
    for (std::uint64_t event = out.next & (kSegment - 1); event < kSegment;) {
      TRY(const std::uint64_t place, meet(groups, event, seeks));
      out.next = (segment << kSegmentBits) + place;
      if (place == kSegment) break;
      out.indexes.push_back(out.next++);
      event = place + 1;
      if (out.indexes.size() == limit || seeks > kMaxSeeks) return out;
    }
    if (seeks > kMaxSeeks) break;
  }
  out.next = std::min(out.next, std::max(from, there.size));
  return out;
}

}  // namespace sealpost::search
