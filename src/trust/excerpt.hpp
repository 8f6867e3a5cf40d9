// What of a trust chain somebody needs who asks about a few devices only. Pure, thread-safe.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "trust/chain.hpp"

namespace sealpost::trust {

// Numbers, ascending, of the entries that lead from the root to these devices: the organisation,
// its relay, every certificate and the revocation of each device, the changes of its user's role
// while it stood, the invitations behind them, and
// the same for whoever signed one of these. Unknown names bring in nothing.
//
// Appended in this order to an empty Chain of the same root these entries verify as they did in the
// whole chain. What they cannot show is what was left out: a revocation that is not there proves
// nothing, unless it is known that these are all.
std::vector<std::uint64_t> excerpt_for(const Chain& chain, std::set<std::string> devices);

}  // namespace sealpost::trust
