#include "flow/log_source.hpp"

#include <fmt/format.h>

#include <map>

#include "flow/journal.hpp"

namespace sealpost::flow {
namespace {

using base::Result;

audit::Filter within(audit::Filter filter, const Range& range) {
  filter.since = range.since;
  filter.until = range.until;
  return filter;
}

base::Error too_long() {
  return {base::Code::kUsage, fmt::format("the report has more than {} rows", report::kMaxRows),
          "ask for it in parts, by --month, --contact or --member"};
}

}  // namespace

AskLog ask_relay(Installation& installation, Context& context) {
  return [&installation, &context](const audit::Filter& filter, const VisitEvent& visit) {
    return query_log(installation, filter, std::nullopt, context, visit);
  };
}

AskLog ask_mirror(MirrorEvents& mirror, const base::Interrupt& interrupt, MirrorWatch watch) {
  return [&mirror, &interrupt, watch = std::move(watch)](const audit::Filter& filter,
                                                         const VisitEvent& visit) {
    return mirror.query(filter, std::nullopt, true, interrupt, watch, visit);
  };
}

AskLog noting(AskLog ask, Installation& installation, const base::Clock& clock) {
  return [ask = std::move(ask), &installation, &clock](const audit::Filter& filter,
                                                       const VisitEvent& visit) -> Result<void> {
    TRY(note_mirror_query(installation, filter, clock.now()));
    return ask(filter, visit);
  };
}

Result<void> note_mirror_query(Installation& installation, const audit::Filter& filter,
                               base::Time now) {
  Noted noted{"audit.mirror-query", "", {}, audit::Outcome::kSuccess, {}};
  std::string asked = audit::to_query(filter);
  if (!asked.empty()) noted.details["filter"] = std::move(asked);
  return note_in_journal(installation, noted, now);
}

Result<report::Page> make_report(report::AuditReport& report, const Range& range,
                                 const AskLog& ask) {
  const std::vector<audit::Filter> filters = report.filters();
  if (filters.size() == 1) {
    TRY(ask(within(filters.front(), range), [&](const LoggedEvent& logged) -> Result<void> {
      report.take({logged.index, logged.event});
      return report.full() ? Result<void>(too_long()) : Result<void>();
    }));
    return report.finish();
  }
  std::map<std::uint64_t, audit::Event> found;
  for (const audit::Filter& filter : filters) {
    TRY(ask(within(filter, range), [&](const LoggedEvent& logged) -> Result<void> {
      found.emplace(logged.index, logged.event);
      return {};
    }));
  }
  for (const auto& [index, event] : found) report.take({index, event});
  return report.finish();
}

}  // namespace sealpost::flow
