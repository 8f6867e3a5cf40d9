// Which reading of the audit log goes on where an earlier one was: a query of many pages, or a copy
// of the log, is one event, told when it begins. Nothing else goes without one: whoever is not
// known here begins anew. In memory only, so that a relay that was restarted tells once more.
// Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/seams.hpp"

namespace sealpost::relay {

class Readings {
 public:
  // A page of a query goes on when it begins exactly where the last one of the same filter ended,
  // within an hour. `filter` is the whole query without that place.
  bool page_goes_on(const std::string& device, const std::string& filter,
                    std::optional<std::uint64_t> after, base::milliseconds now);
  // A query that was told of under the id that its device chose goes on anywhere at or behind the
  // index where it began, within an hour: what comes again because an answer was lost is no other.
  bool query_goes_on(const std::string& device, const std::string& filter, const std::string& id,
                     std::uint64_t first, base::milliseconds now);
  void query_began(const std::string& device, const std::string& filter, const std::string& id,
                   std::uint64_t first, base::milliseconds now);
  void page_ended(const std::string& device, const std::string& filter, std::uint64_t next,
                  base::milliseconds now);
  // Entries are covered by a reading that was told to begin at or before them, as long as it does
  // not pause for ten minutes.
  bool copy_goes_on(const std::string& device, std::uint64_t first, base::milliseconds now);
  void copy_began(const std::string& device, std::uint64_t first, base::milliseconds now);

 private:
  struct Place {
    std::uint64_t index = 0;
    base::milliseconds at{};
  };
  using Places = std::map<std::string, Place>;
  static void keep(Places& places, const std::string& key, Place place);
  std::mutex mutex_;
  Places queries_;  // where the last page ended, by device and filter
  Places begun_;    // where it began, by device, filter and id
  Places copies_;   // by device
};

}  // namespace sealpost::relay
