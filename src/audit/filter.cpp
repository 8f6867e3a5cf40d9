#include "audit/filter.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/encoding.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::audit {
namespace {

base::Error usage(std::string_view part, std::string_view problem, std::string hint = "") {
  return {base::Code::kUsage,
          "the filter's \"" + text::for_terminal(part) + "\" " + std::string(problem),
          std::move(hint)};
}

bool matches_event(std::string_view pattern, std::string_view event) {
  if (!pattern.ends_with('*')) return event == pattern;
  pattern.remove_suffix(1);
  return event.starts_with(pattern);
}

// `who` is the whole name, or the user in "<organisation>/<user>/<device>".
bool matches_actor(std::string_view who, std::string_view actor) {
  if (actor == who) return true;
  const auto parts = base::split(actor, '/');
  return parts.size() == 3 && parts[1] == who;
}

bool matches_object(const std::string& object, const Event& event) {
  return event.message == object ||
         std::find(event.objects.begin(), event.objects.end(), object) != event.objects.end();
}

// Leaves hold whole seconds, so both ends may be moved up to the next one.
std::string format_bound(base::Time time) {
  return text::format_time(std::chrono::ceil<std::chrono::seconds>(time));
}

base::Result<void> put_text(std::optional<std::string>& field, std::string_view part,
                            std::string value) {
  if (value.empty() || !text::is_plain(value)) return usage(part, "is empty or not plain text");
  field = std::move(value);
  return {};
}

base::Result<void> put_event(std::optional<std::string>& field, std::string_view value) {
  TRY(field, parse_event_pattern(value));
  return {};
}

base::Result<void> put_outcome(std::optional<Outcome>& field, std::string_view value) {
  field = outcome_from_name(value);
  if (!field) return usage("outcome", "is unknown", "success, refused or failed");
  return {};
}

base::Result<void> put_time(std::optional<base::Time>& field, std::string_view part,
                            std::string_view value) {
  const auto time = text::parse_time(value);
  if (!time) return usage(part, "is not a time", "write 2026-11-21T12:00:00Z");
  field = *time;
  return {};
}

base::Result<void> put_after(std::optional<std::uint64_t>& field, std::string_view value) {
  const auto index = base::parse_decimal(value);
  if (!index) return usage("after", "is not the index of a leaf");
  field = *index;
  return {};
}

base::Result<void> put(Filter& filter, std::string_view part, std::string value) {
  if (part == "event") return put_event(filter.event, value);
  if (part == "actor") return put_text(filter.actor, part, std::move(value));
  if (part == "object") return put_text(filter.object, part, std::move(value));
  if (part == "purpose") return put_text(filter.purpose, part, std::move(value));
  if (part == "outcome") return put_outcome(filter.outcome, value);
  if (part == "address") return put_text(filter.address, part, std::move(value));
  if (part == "since") return put_time(filter.since, part, value);
  if (part == "until") return put_time(filter.until, part, value);
  if (part == "after") return put_after(filter.after, value);
  return usage(part, "is unknown");
}

}  // namespace

base::Result<std::string> parse_event_pattern(std::string_view pattern) {
  const auto words = vocabulary();
  const bool known = std::any_of(words.begin(), words.end(), [&](const Word& word) {
    return matches_event(pattern, word.event);
  });
  if (!known) return usage("event", "matches no event", "for example message.read or message.*");
  return std::string(pattern);
}

bool matches(const Filter& filter, std::uint64_t index, const Event& event) {
  return (!filter.after || index > *filter.after) && (!filter.since || event.at >= *filter.since) &&
         (!filter.until || event.at < *filter.until) &&
         (!filter.outcome || event.outcome == *filter.outcome) &&
         (!filter.event || matches_event(*filter.event, event.event)) &&
         (!filter.purpose || event.purpose == *filter.purpose) &&
         (!filter.address || event.address == *filter.address) &&
         (!filter.actor || matches_actor(*filter.actor, event.actor)) &&
         (!filter.object || matches_object(*filter.object, event));
}

std::string to_query(const Filter& filter) {
  std::string query;
  const auto add = [&](std::string_view part, const std::optional<std::string>& value) {
    if (!value) return;
    if (!query.empty()) query += '&';
    query.append(part).append("=").append(base::percent_encode(*value));
  };
  const auto text_of = [](const auto& field, auto format) {
    return field ? std::optional<std::string>(format(*field)) : std::nullopt;
  };
  add("event", filter.event);
  add("actor", filter.actor);
  add("object", filter.object);
  add("purpose", filter.purpose);
  add("outcome", text_of(filter.outcome, outcome_name));
  add("address", filter.address);
  add("since", text_of(filter.since, format_bound));
  add("until", text_of(filter.until, format_bound));
  add("after", text_of(filter.after, [](std::uint64_t index) { return std::to_string(index); }));
  return query;
}

base::Result<Filter> parse_query(std::string_view query) {
  Filter filter;
  if (query.empty()) return filter;
  std::set<std::string_view> seen;
  for (std::string_view pair : base::split(query, '&')) {
    const std::size_t equals = pair.find('=');
    const std::string_view part = pair.substr(0, equals);
    if (equals == std::string_view::npos) return usage(part, "has no value");
    if (!seen.insert(part).second) return usage(part, "stands more than once");
    auto value = base::percent_decode(pair.substr(equals + 1));
    if (!value) return usage(part, "has a broken percent escape");
    TRY(put(filter, part, *std::move(value)));
  }
  return filter;
}

}  // namespace sealpost::audit
