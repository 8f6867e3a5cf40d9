// What `consent grant` asks before it overrides that leave was taken back.
#pragma once

#include <string>
#include <vector>

#include "cmd/consent.hpp"

namespace sealpost::cmd {

// Says each revocation, with when, by whom, and the words that came; and asks. kUsage, naming them,
// when nobody can be asked and --yes was not given; kInterrupted for no.
base::Result<void> ask_override(const std::string& who, const flow::KeyedContact& keyed,
                                const std::vector<reg::Revoked>& overridden, Env& env);

}  // namespace sealpost::cmd
