// The keys of the register's streams: begun, granted to devices that may hold them, changed when
// one may not any more. sealpost-register(5), KEYS. One thread.
#pragma once

#include "flow/context.hpp"
#include "flow/register_follow.hpp"

namespace sealpost::flow {

// Whether a device in this standing holds the key of a stream: by its role, and a service only
// while the policy lets it send for one of its purposes.
bool may_hold(const policy::Policy& policy, const trust::Device& device);

// Whether a stream that nobody has begun is begun now.
enum class Beginning { kLeft, kAllowed };

// What a contact with the relay does for a stream: takes a key that was granted to this device,
// begins the stream, follows it, grants the key to devices that lack it, and begins another epoch
// when a device may not hold it any more. Safe to repeat; nothing for a role that holds no keys.
base::Result<void> tend_register(Installation& installation, client::RelayClient& relay,
                                 reg::Stream stream, Beginning beginning, Context& context);
// The same for both streams, only where something may be to do: this device lacks a key that it may
// hold, or the trust chain has grown.
base::Result<void> tend_registers(Installation& installation, client::RelayClient& relay,
                                  Context& context);

// Whether this device waits for a key that another one is to send: it may hold it, the relay has
// told of it, and it is not here.
base::Result<bool> waits_for_register(const Installation& installation, base::Time now);
// The devices of others, and other devices of this user, that may send it, by name.
std::vector<std::string> register_key_senders(const Installation& installation, base::Time now);
// The same in a sentence for people who wait, without a full stop.
std::string how_the_key_comes(const Installation& installation, base::Time now);

}  // namespace sealpost::flow
