// Reading a stream of the register: every entry is verified before anything of it counts.
// sealpost-register(5), Reading. One thread.
#pragma once

#include "flow/stream_state.hpp"
#include "flow/sync.hpp"

namespace sealpost::flow {

// Reads all that the relay has beyond what this vault has read. kBusy while the key of the stream,
// or of its newest epoch, has not reached this device; kVerificationFailed for a gap, a fork, a
// stream that became shorter, contacts' keys that the relay withholds, and for whatever else does
// not hold and is not one author's doing alone.
base::Result<void> follow(Installation& installation, client::RelayClient& relay,
                          reg::Stream stream, base::Time now);

// As follow() ends, for who asks no relay: kVerificationFailed while keys of contacts are missing.
base::Result<void> check_keys(const vault::Vault& vault);

}  // namespace sealpost::flow
