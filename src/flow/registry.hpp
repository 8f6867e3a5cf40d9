// The register as a use case opens it: the relay met, the keys looked after, everything read.
// sealpost-register(5). One thread.
#pragma once

#include "flow/register_keys.hpp"
#include "flow/register_state.hpp"
#include "flow/register_write.hpp"
#include "flow/visit.hpp"

namespace sealpost::flow {

// What an import made of a row.
enum class Imported { kAdded, kChanged, kSame };

// A visit, and then this stream up to date. kDenied for a role that does not hold its key, kBusy
// while the key has not come.
base::Result<client::RelayClient> open_register(Installation& installation, reg::Stream stream,
                                                Context& context);

// For who has visited the relay already: takes a key that has come, and follows; a stream that
// nobody has begun stays so.
base::Result<void> meet_register(Installation& installation, client::RelayClient& relay,
                                 reg::Stream stream, Context& context);

// For looking something up: the trust chain and this stream are read on, no more, unless the key
// has not come yet, which takes a visit.
base::Result<void> catch_up_register(Installation& installation, reg::Stream stream,
                                     Context& context);

// For who asks no relay: whether this vault can say what the stream holds. kDenied for a role that
// does not hold its key, kBusy when this device has never read it, kVerificationFailed while keys
// of contacts are missing.
base::Result<void> check_known(const Installation& installation, reg::Stream stream,
                               base::Time now);

}  // namespace sealpost::flow
