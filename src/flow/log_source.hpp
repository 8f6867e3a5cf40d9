// The log as it is read by what reads more than one query: the relay's, or a mirror's. Borrows what
// it is made of; one thread.
#pragma once

#include <functional>

#include "flow/log_query.hpp"
#include "flow/mirror_events.hpp"
#include "report/audit_reports.hpp"

namespace sealpost::flow {

// As query_log() without a limit.
using AskLog = std::function<base::Result<void>(const audit::Filter&, const VisitEvent&)>;
AskLog ask_relay(Installation& installation, Context& context);
AskLog ask_mirror(MirrorEvents& mirror, const base::Interrupt& interrupt, MirrorWatch watch);

// The same, each query told in the journal of the device that knows the mirror's root, before it is
// answered.
AskLog noting(AskLog ask, Installation& installation, const base::Clock& clock);
base::Result<void> note_mirror_query(Installation& installation, const audit::Filter& filter,
                                     base::Time now);

struct Range {
  std::optional<base::Time> since;  // inclusive
  std::optional<base::Time> until;  // exclusive
};
// Every event that the report asks for, once, in the order of the log; then the report's page.
// kUsage for more than one report can hold.
base::Result<report::Page> make_report(report::AuditReport& report, const Range& range,
                                       const AskLog& ask);

}  // namespace sealpost::flow
