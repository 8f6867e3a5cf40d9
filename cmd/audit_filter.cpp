#include "cmd/audit_filter.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "cmd/audit_event.hpp"
#include "cmd/ui/progress.hpp"
#include "report/events.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

std::optional<std::string> given(const std::string& value) {
  return value.empty() ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

void add_filter_options(Verb verb, FilterOptions& options) {
  verb.add_option("--event", options.event, "Name of the event, or a beginning: 'message.*'");
  verb.add_option("--actor", options.actor, "User id or full device name");
  verb.add_option("--object", options.object, "Message id or another object");
  verb.add_option("--purpose", options.purpose, "Purpose of the message");
  verb.add_option("--outcome", options.outcome, "success, refused or failed");
  verb.add_option("--address", options.address, "Network address the relay saw");
  verb.add_option("--since", options.since, "From this time on: 2026-01-01, 7d");
  verb.add_option("--until", options.until, "Before this time");
  verb.add_option("--after", options.after, "Only events with a higher index");
}

base::Result<std::optional<std::uint64_t>> number_of(std::string_view option,
                                                     const std::string& value) {
  if (value.empty()) return std::optional<std::uint64_t>();
  const auto number = base::parse_decimal(value, INT64_MAX);
  if (!number) {
    return base::Error{base::Code::kUsage, fmt::format("{} takes a whole number", option), ""};
  }
  return std::optional<std::uint64_t>(*number);
}

base::Result<audit::Filter> filter_of(const FilterOptions& options, base::Time now) {
  audit::Filter filter;
  if (!options.event.empty()) {
    TRY(filter.event, audit::parse_event_pattern(options.event));
  }
  filter.actor = given(options.actor);
  filter.object = given(options.object);
  filter.purpose = given(options.purpose);
  filter.address = given(options.address);
  TRY(filter.after, number_of("--after", options.after));
  if (!options.outcome.empty()) {
    filter.outcome = audit::outcome_from_name(options.outcome);
    if (!filter.outcome) {
      return base::Error{base::Code::kUsage, "--outcome is success, refused or failed", ""};
    }
  }
  if (!options.since.empty()) {
    TRY(filter.since, text::parse_moment(options.since, now));
  }
  if (!options.until.empty()) {
    TRY(filter.until, text::parse_moment(options.until, now));
  }
  return filter;
}

base::Result<void> print_event(Env& env, const flow::LoggedEvent& logged) {
  if (!env.out.json()) return env.out.line(words_on(logged));
  return env.out.document(report::event_document({logged.index, logged.event}));
}

struct MirrorShown::Progress {
  ui::Progress line;
};

MirrorShown::MirrorShown(Env& env, const char* label) : env_(env), label_(label) {}
MirrorShown::~MirrorShown() = default;

flow::MirrorWatch MirrorShown::watch() {
  return [this](const flow::MirrorProgress& progress) {
    if (!shown_) {
      shown_.reset(new Progress{{env_, label_, progress.total, "events"}});
    }
    shown_->line.update(progress.done);
  };
}

}  // namespace sealpost::cmd
