// The log as far as enough witnesses have cosigned it: where the policy asks for that, nothing
// counts as logged before. sealpost-policy(1), Witnesses.
#pragma once

#include <string>

#include "client/relay_client.hpp"
#include "flow/sync.hpp"

namespace sealpost::flow {

// The tree in which an event must be to count as logged: the newest one that this vault has
// verified, or where the policy names a quorum the newest one that so many of its witnesses have
// cosigned, held against the former. Size 0 when the relay shows none that enough have cosigned.
// kVerificationFailed when what it shows is another log, or a cosignature does not hold.
base::Result<SignedCheckpoint> logged_tree(Installation& installation, client::RelayClient& relay);

// How to say that an event is not in that tree.
std::string not_logged_yet(const policy::Policy& policy);

}  // namespace sealpost::flow
