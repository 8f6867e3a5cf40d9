// An index over the events of a log, in a file of its own: where those are that a filter may let
// through. It is derived and can be made anew at any time; nothing is true because it says so. Who
// uses it compares each event with the filter again, and knows by the mark whether the index is of
// the log at hand.
//
// Borrowed by one thread at a time. Errors are those of sqlite/sqlite.hpp.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "audit/filter.hpp"
#include "sqlite/sqlite.hpp"

namespace sealpost::search {

// How far an index reaches.
struct Cover {
  std::uint64_t size = 0;  // events up to here, from where the first add() began
  std::string mark;        // of the last one, as who added it said
};

struct Candidates {
  std::vector<std::uint64_t> indexes;  // ascending
  std::uint64_t next = 0;              // everything in front of it was looked at
};

class EventIndex {
 public:
  enum class Sharing { kAlone, kWithReaders };
  // Creates what is missing; a file that is no index of this version is begun anew.
  static base::Result<EventIndex> open_to_write(const std::filesystem::path& path, Sharing sharing);
  static base::Result<EventIndex> open_to_read(const std::filesystem::path& path);

  base::Result<Cover> cover();
  // The events behind those that are there, `first` being the index of the first; all or none. The
  // first time they may begin anywhere: of a log whose beginning is not shown.
  base::Result<void> add(std::uint64_t first, std::span<const audit::Event> events,
                         std::string_view mark);
  base::Result<void> clear();

  // False for a filter by which no index helps: of nothing but times, or of success.
  static bool narrows(const audit::Filter& filter);
  // Events from `from` on that may match, at most `limit`, and no more work than a fraction of a
  // second: go on at `next` until it is the size.
  base::Result<Candidates> candidates(const audit::Filter& filter, std::uint64_t from,
                                      std::size_t limit);

 private:
  explicit EventIndex(sqlite::Database database) : db_(std::move(database)) {}
  base::Result<std::vector<std::string>> event_names();
  base::Result<void> set_fact(std::string_view name, std::string_view value);
  base::Result<std::string> fact(std::string_view name);
  base::Result<void> insert(std::uint64_t first, std::span<const audit::Event> events,
                            std::string_view mark);
  sqlite::Database db_;
};

}  // namespace sealpost::search
