// Changing the organisation's policy: one setting at a time, signed by this device, in the trust
// chain. What a setting is: src/policy/settings.hpp.
#pragma once

#include <string>
#include <string_view>

#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

struct PolicyChange {
  std::string before;
  std::string after;  // the same as before: then nothing was signed
};

// On top of the policy that is in force at the relay; when another change comes in between, again
// on top of that one. kConflict when it was this very setting that somebody else changed, kUsage as
// policy::with_setting, kDenied when this device may not set the policy, and the errors of a visit.
base::Result<PolicyChange> set_policy(Installation& installation, std::string_view key,
                                      std::string_view value, Context& context);

}  // namespace sealpost::flow
