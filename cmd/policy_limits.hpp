// What the organisation's policy asks of a vault that is open: how long it may lie unused, and how
// old its passphrase may become.
#pragma once

#include "cmd/env.hpp"
#include "config/profile.hpp"
#include "flow/installation.hpp"

namespace sealpost::cmd {

// Tells the agent that keeps the vault open, warns two weeks before the passphrase is too old, and
// fails with kDenied when it is: until it is changed the vault is for nothing else.
base::Result<void> obey_policy(Env& env, const config::Profile& profile,
                               const flow::Installation& installation);

}  // namespace sealpost::cmd
