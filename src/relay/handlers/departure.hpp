// What a device leaves behind at the relay when it may not receive any more, or has another key:
// what goes, goes in the transaction of the trust chain's entry. sealpost-relay(8),
// sealpost-events(7).
#pragma once

#include <string>
#include <vector>

#include "relay/unit.hpp"

namespace sealpost::relay {

// After an entry that revoked the device, or changed its user's role. A device that is revoked, or
// whose role does not receive, loses its queue: each message in it becomes an event message.drop
// with the relay's receipt for its sender, and its payload goes when nobody else waits for it. One
// whose role publishes no prekeys loses those, one that may not read the register what was granted
// to it. A revoked one also loses its uploads that nothing names. Its polls are woken, and find
// that they are refused. `because` is the event of the entry.
base::Result<void> clear_after(Unit& unit, const std::string& device, const audit::Event& because,
                               std::vector<Fact>& facts);

// After a new certificate: prekeys that its key has not signed are of no use to senders, and what
// was granted to them goes with them.
base::Result<void> drop_stale_prekeys(Unit& unit, const std::string& device);

// After a new certificate with another key, which the one before has signed: the proof of a
// one-time code that was that one's is the new one's, for no longer than it would have lasted; and
// polls of that one are woken, and find that they are refused.
base::Result<void> follow_key(Unit& unit, const std::string& device);

}  // namespace sealpost::relay
