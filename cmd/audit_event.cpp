#include "cmd/audit_event.hpp"

#include <fmt/format.h>

#include "cmd/listing.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {

void add_event(text::OrderedJson& document, const flow::LoggedEvent& logged) {
  const audit::Event& event = logged.event;
  text::OrderedJson details = text::OrderedJson::object();
  for (const auto& [key, value] : event.details) details[key] = value;
  document["index"] = logged.index;
  document["at"] = text::format_time(event.at);
  document["event"] = event.event;
  document["actor"] = user_of(event.actor);
  document["device"] = event.actor;
  document["message"] = event.message;
  document["objects"] = event.objects;
  document["purpose"] = event.purpose;
  document["outcome"] = audit::outcome_name(event.outcome);
  document["address"] = event.address;
  document["details"] = std::move(details);
  document["request"] = event.request;
}

std::string words_on(const flow::LoggedEvent& logged) {
  const audit::Event& event = logged.event;
  const std::string& about =
      event.message.empty() && !event.objects.empty() ? event.objects.front() : event.message;
  return fmt::format("{:>6}  {}  {:<20}  {:<8}  {}  {}", logged.index, text::format_time(event.at),
                     event.event, audit::outcome_name(event.outcome), event.actor, about);
}

}  // namespace sealpost::cmd
