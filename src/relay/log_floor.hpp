// Below which index the log's entries are not shown any more: whole bundles whose events are older
// than the policy's retention, unless it holds everything. C2SP tlog-tiles v0.1.0, Pruning, as it
// is recommended there: nothing is removed, so that hashes and proofs stay as they are.
// Thread-safe.
#pragma once

#include "policy/policy.hpp"
#include "relay/store/meta_store.hpp"

namespace sealpost::relay {

// A multiple of 256, of a log that shows `size` events.
base::Result<std::uint64_t> log_floor(MetaReader& store, std::uint64_t size,
                                      const policy::Policy& policy, base::Time now);

// What a reader below it is told.
base::Error pruned(std::uint64_t floor);

}  // namespace sealpost::relay
