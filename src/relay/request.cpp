#include "relay/request.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace sealpost::relay {
namespace {

base::Error malformed(std::string_view why) {
  return {base::Code::kMalformed, "the address: " + std::string(why), ""};
}

}  // namespace

base::Result<Parameters> Parameters::parse(std::string_view query,
                                           std::initializer_list<std::string_view> known) {
  Parameters out;
  if (query.empty()) return out;
  for (const std::string_view part : base::split(query, '&')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return malformed("a parameter has no value");
    const std::string_view name = part.substr(0, equals);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return malformed("a parameter that is not known here");
    }
    TRY(std::string value, base::percent_decode(part.substr(equals + 1)));
    if (!out.values_.emplace(name, std::move(value)).second) {
      return malformed("a parameter comes twice");
    }
  }
  return out;
}

base::Result<std::uint64_t> Parameters::number(std::string_view name, std::uint64_t otherwise,
                                               std::uint64_t max) const {
  const auto at = values_.find(name);
  if (at == values_.end()) return otherwise;
  const auto value = base::parse_decimal(at->second, max);
  if (!value)
    return malformed(std::string(name) + " must be a whole number up to " + std::to_string(max));
  return *value;
}

base::Result<std::string> Parameters::text(std::string_view name) const {
  const auto at = values_.find(name);
  if (at == values_.end()) return malformed(std::string(name) + " is missing");
  return at->second;
}

audit::Event event_of(const Request& request, std::string_view name, base::Time at) {
  audit::Event out;
  out.at = at;
  out.event = name;
  out.actor = request.caller.name;
  out.address = request.address;
  out.request = request.caller.request;
  return out;
}

Fact refusal_of(const Request& request, const base::Error& error, base::Time at) {
  audit::Event event = event_of(request, "access.refused", at);
  event.outcome = audit::Outcome::kRefused;
  event.details["route"] = request.method + " " + request.route;
  event.details["code"] = base::code_name(error.code);
  return {std::move(event), std::nullopt};
}

}  // namespace sealpost::relay
