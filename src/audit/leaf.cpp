// The canonical leaf, sealpost-events(7). Parts that are empty are left out, keys are sorted, so
// that an event has exactly one leaf.
#include <algorithm>

#include "audit/event.hpp"
#include "text/json.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::audit {
namespace {

constexpr std::uint64_t kVersion = 1;

base::Error malformed(std::string text) { return {base::Code::kMalformed, std::move(text), ""}; }

base::Error bad_part(std::string_view part) {
  return malformed("an audit event with an impossible \"" + text::for_terminal(part) + "\"");
}

bool is_detail_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_request(std::string_view request) {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return request.empty() ||
         (request.size() == 64 && std::all_of(request.begin(), request.end(), hex));
}

// What format_time() can write so that parse_time() reads it again.
bool is_writable(base::Time at) {
  constexpr base::Time kYear10000 = std::chrono::sys_days(std::chrono::year{10000} / 1 / 1);
  return at >= base::Time{} && at < kYear10000;
}

// Two or more words of lower-case letters and dashes, joined by dots.
bool is_event_name(std::string_view name) {
  const std::vector<std::string_view> words = base::split(name, '.');
  return words.size() > 1 && std::all_of(words.begin(), words.end(), [](std::string_view word) {
           return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
             return (c >= 'a' && c <= 'z') || c == '-';
           });
         });
}

base::Result<void> check(const Event& event) {
  if (!is_event_name(event.event)) return bad_part("event");
  if (!is_writable(event.at)) return bad_part("at");
  if (event.actor.empty() || !text::is_plain(event.actor)) return bad_part("actor");
  if (!text::is_plain(event.message)) return bad_part("message");
  if (!text::is_plain(event.purpose)) return bad_part("purpose");
  if (!text::is_plain(event.address)) return bad_part("address");
  if (!is_request(event.request)) return bad_part("request");
  for (const std::string& object : event.objects) {
    if (object.empty() || !text::is_plain(object)) return bad_part("objects");
  }
  for (const auto& [name, value] : event.details) {
    if (!is_detail_name(name) || value.empty() || !text::is_plain(value)) return bad_part(name);
  }
  return {};
}

template <typename Value>
void put(text::Json& leaf, const char* key, const Value& value) {
  if (!value.empty()) leaf[key] = value;
}

base::Result<std::string> text_or_empty(const text::Json& leaf, std::string_view key) {
  TRY(auto value, text::optional_string_at(leaf, key));
  return std::move(value).value_or("");
}

base::Result<std::vector<std::string>> parse_objects(const text::Json& leaf) {
  std::vector<std::string> objects;
  if (!leaf.contains("objects")) return objects;
  TRY(const text::Json* const array, text::array_at(leaf, "objects"));
  for (const text::Json& object : *array) {
    if (!object.is_string()) return bad_part("objects");
    objects.push_back(object.get<std::string>());
  }
  return objects;
}

base::Result<std::map<std::string, std::string>> parse_details(const text::Json& leaf) {
  std::map<std::string, std::string> details;
  const auto found = leaf.find("details");
  if (found == leaf.end()) return details;
  if (!found->is_object()) return bad_part("details");
  for (const auto& item : found->items()) {
    if (!item.value().is_string()) return bad_part("details");
    details[item.key()] = item.value().get<std::string>();
  }
  return details;
}

base::Result<Event> parse_parts(const text::Json& leaf) {
  Event event;
  TRY(const std::string at, text::string_at(leaf, "at"));
  TRY(event.at, text::parse_time(at));
  TRY(event.event, text::string_at(leaf, "event"));
  TRY(event.actor, text::string_at(leaf, "actor"));
  TRY(event.message, text_or_empty(leaf, "message"));
  TRY(event.objects, parse_objects(leaf));
  TRY(event.purpose, text_or_empty(leaf, "purpose"));
  TRY(const std::string outcome, text::string_at(leaf, "outcome"));
  const auto known = outcome_from_name(outcome);
  if (!known) return bad_part("outcome");
  event.outcome = *known;
  TRY(event.address, text_or_empty(leaf, "address"));
  TRY(event.details, parse_details(leaf));
  TRY(event.request, text_or_empty(leaf, "request"));
  return event;
}

base::Result<base::Bytes> write(const Event& event) {
  TRY(check(event));
  text::Json leaf{{"v", kVersion},
                  {"at", text::format_time(event.at)},
                  {"event", event.event},
                  {"actor", event.actor},
                  {"outcome", outcome_name(event.outcome)}};
  put(leaf, "message", event.message);
  put(leaf, "objects", event.objects);
  put(leaf, "purpose", event.purpose);
  put(leaf, "address", event.address);
  put(leaf, "details", event.details);
  put(leaf, "request", event.request);
  const std::string canonical = text::canonical(leaf);
  if (canonical.size() > kMaxLeaf) return malformed("an audit event that is too long");
  return base::to_bytes(canonical);
}

}  // namespace

base::Result<base::Bytes> to_leaf(const Event& event) {
  if (!is_event(event.event)) {
    return malformed("\"" + text::for_terminal(event.event) + "\" is no audit event");
  }
  return write(event);
}

base::Result<Event> parse_leaf(base::ByteView leaf) {
  if (leaf.size() > kMaxLeaf) return malformed("an audit leaf that is too long");
  TRY(const text::Json json, text::parse_json(base::as_text(leaf)));
  TRY(const std::uint64_t version, text::number_at(json, "v"));
  if (version != kVersion) return malformed("an audit leaf of an unknown version");
  TRY(Event event, parse_parts(json));
  TRY(const base::Bytes canonical, write(event));
  if (!std::equal(canonical.begin(), canonical.end(), leaf.begin(), leaf.end())) {
    return malformed("an audit leaf that is not canonical");
  }
  return event;
}

}  // namespace sealpost::audit
