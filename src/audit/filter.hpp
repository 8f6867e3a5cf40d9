// The one filter of live and offline queries. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>

#include "audit/event.hpp"

namespace sealpost::audit {

// Every given part must match. Time: since inclusive, until exclusive.
struct Filter {
  std::optional<std::string> event;   // exact, or a prefix with a final '*': "message.*"
  std::optional<std::string> actor;   // a user id, or a full device name
  std::optional<std::string> object;  // equals the message id or one of the objects
  std::optional<std::string> purpose;
  std::optional<Outcome> outcome;
  std::optional<std::string> address;
  std::optional<base::Time> since;
  std::optional<base::Time> until;
  std::optional<std::uint64_t> after;  // only leaves with a higher index
};

// The pattern itself when it names an event or, with a final '*', the beginning of some; kUsage.
base::Result<std::string> parse_event_pattern(std::string_view pattern);

bool matches(const Filter& filter, std::uint64_t index, const Event& event);

// The filter as a URL query ("event=message.%2A&after=12") and back; kUsage for an unknown part or
// a value out of form. Times are written in whole seconds, as leaves have them.
std::string to_query(const Filter& filter);
base::Result<Filter> parse_query(std::string_view query);

}  // namespace sealpost::audit
