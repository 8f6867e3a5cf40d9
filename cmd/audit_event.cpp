#include "cmd/audit_event.hpp"

#include <fmt/format.h>

#include "report/events.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {

void add_event(text::OrderedJson& document, const flow::LoggedEvent& logged) {
  report::add_event(document, {logged.index, logged.event});
}

std::string words_on_breaks(std::uint64_t breaks) {
  return fmt::format(
      "Journals of devices do not go on where they were, {}: `sealpost audit query "
      "--event journal.break` says whose.",
      breaks == 1 ? "once" : fmt::format("{} times", breaks));
}

std::string words_on(const flow::LoggedEvent& logged) {
  const audit::Event& event = logged.event;
  const std::string& about =
      event.message.empty() && !event.objects.empty() ? event.objects.front() : event.message;
  return fmt::format("{:>6}  {}  {:<20}  {:<8}  {}  {}", logged.index, text::format_time(event.at),
                     event.event, audit::outcome_name(event.outcome), event.actor, about);
}

}  // namespace sealpost::cmd
