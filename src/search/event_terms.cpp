#include "search/event_terms.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"

namespace sealpost::search {
namespace {

// FNV-1a, folded. An index written with another one would find nothing: see kVersion in
// event_index.cpp.
Term number_of(char kind, std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  const auto take = [&](char c) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  };
  take(kind);
  for (const char c : text) take(c);
  return static_cast<Term>(hash ^ (hash >> 32));
}

// "message." of "message.read": most of what is asked for with a star.
std::string_view family_of(std::string_view event) { return event.substr(0, event.find('.') + 1); }

std::vector<Term> of_pattern(std::string_view pattern, const std::vector<std::string>& names) {
  if (!pattern.ends_with('*')) return {number_of('e', pattern)};
  pattern.remove_suffix(1);
  if (pattern == family_of(pattern)) return {number_of('f', pattern)};
  std::vector<Term> out;
  for (const std::string& name : names) {
    if (name.starts_with(pattern)) out.push_back(number_of('e', name));
  }
  return out;
}

}  // namespace

std::vector<Term> terms_of(const audit::Event& event) {
  std::vector<Term> out{number_of('e', event.event), number_of('f', family_of(event.event)),
                        number_of('a', event.actor)};
  const auto parts = base::split(event.actor, '/');
  if (parts.size() == 3) out.push_back(number_of('a', parts[1]));
  if (!event.message.empty()) out.push_back(number_of('o', event.message));
  for (const std::string& object : event.objects) out.push_back(number_of('o', object));
  if (!event.purpose.empty()) out.push_back(number_of('p', event.purpose));
  if (!event.address.empty()) out.push_back(number_of('i', event.address));
  if (event.outcome != audit::Outcome::kSuccess) {
    out.push_back(number_of('r', audit::outcome_name(event.outcome)));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<std::vector<Term>> terms_of(const audit::Filter& filter,
                                        const std::vector<std::string>& names) {
  std::vector<std::vector<Term>> out;
  const auto add = [&](char kind, const std::optional<std::string>& text) {
    if (text) out.push_back({number_of(kind, *text)});
  };
  add('o', filter.object);
  add('a', filter.actor);
  add('i', filter.address);
  add('p', filter.purpose);
  if (filter.outcome && *filter.outcome != audit::Outcome::kSuccess) {
    out.push_back({number_of('r', audit::outcome_name(*filter.outcome))});
  }
  if (filter.event && *filter.event != "*") out.push_back(of_pattern(*filter.event, names));
  return out;
}

}  // namespace sealpost::search
