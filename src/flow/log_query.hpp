// Asking the relay for events of its log. sealpost-audit(1), query.
#pragma once

#include <functional>
#include <optional>

#include "audit/filter.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

struct LoggedEvent {
  std::uint64_t index = 0;
  audit::Event event;
};
using VisitEvent = std::function<base::Result<void>(const LoggedEvent&)>;

// Visits matching events in order of their index, each proved to be in the log at its index:
// kVerificationFailed otherwise. That none was left out is verify_log()'s to find.
base::Result<void> query_log(Installation& installation, audit::Filter filter,
                             std::optional<std::uint64_t> limit, Context& context,
                             const VisitEvent& visit);

// The same, and then those that come, until `limit` of them were visited or the process is asked to
// stop (kInterrupted). A relay that is away is asked again, less and less often, up to every half
// minute; `away` hears of it once each time.
base::Result<void> follow_log(Installation& installation, audit::Filter filter,
                              std::optional<std::uint64_t> limit, Context& context,
                              const VisitEvent& visit,
                              const std::function<void(const base::Error&)>& away);

}  // namespace sealpost::flow
