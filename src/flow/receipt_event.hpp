// How the audit log records a receipt: which event, whose, and the statement that it names.
// sealpost-events(7). Private to this module. Pure.
#pragma once

#include "audit/event.hpp"
#include "receipt/receipt.hpp"

namespace sealpost::flow {

// The hash of the statement that the event names, if the event is about what the receipt says;
// kVerificationFailed.
base::Result<crypto::Digest> logged_statement(const audit::Event& event,
                                              const receipt::Receipt& said);

}  // namespace sealpost::flow
