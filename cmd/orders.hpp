// Orders to wipe this device, on the way of every command: before a passphrase is asked for, after
// whatever the command did, and ever after. sealpost-device(1), sealpost-security(7). One thread.
#pragma once

#include "cmd/env.hpp"
#include "config/profile.hpp"

namespace sealpost::cmd {

// Fails with kRevoked for a profile that was wiped, after completing what was cut off and telling
// the relay what it has not heard.
base::Result<void> check_not_wiped(const Env& env, const config::Profile& profile);

// Before the vault is opened by a passphrase: asks the relay, for two seconds at most, and obeys.
// kRevoked then. An order that does not hold is warned of.
base::Result<void> ask_for_orders(const Env& env, const config::Profile& profile);

// When the vault is closed again: obeys an order that came meanwhile, and says so instead of what
// the command has to say.
base::Result<void> obey_afterwards(const Env& env, base::Result<void> done);

}  // namespace sealpost::cmd
