// Contacts that want no more messages: what the relay has logged becomes a revocation in the
// register, by whichever device that may write it comes first. sealpost-link(5), REQUESTS. One
// thread.
#pragma once

#include "flow/context.hpp"
#include "flow/registry.hpp"

namespace sealpost::flow {

// Nothing for a role that does not write the register. Two devices at once record the same
// revocation, which counts once. kVerificationFailed for a wish that is not in the log.
base::Result<void> record_stops(Installation& installation, client::RelayClient& relay,
                                Context& context);

}  // namespace sealpost::flow
