// The relay's log as lines for a collector: fetched, proved and formatted. sealpost-audit(1),
// forward.
#pragma once

#include <functional>

#include "flow/context.hpp"
#include "flow/installation.hpp"
#include "forward/forwarder.hpp"
#include "report/events.hpp"

namespace sealpost::flow {

// One line without its end, of one event.
using EventLine =
    std::function<std::string(const report::IndexedEvent&, const report::EventSource&)>;

// Borrows the installation and the context. Asks the relay for what comes, as one query.
forward::ReadLines relay_lines(Installation& installation, Context& context, EventLine line,
                               std::string version);

}  // namespace sealpost::flow
