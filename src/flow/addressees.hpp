// Whom a message is written to, from what somebody wrote: users as they are, groups as the register
// has them now. sealpost-send(1). One thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

inline constexpr std::string_view kGroupAddress = "group:";

// The users that `to` means, each once, in its order. Of a group, its members but for this device's
// own user and for those that have left the organisation. Follows the register only when `to` names
// a group. kUsage for a group's name out of form; kNotFound for a group that is not there, or that
// has nobody else in it; as meet_register().
base::Result<std::vector<std::string>> expand_addressees(Installation& installation,
                                                         client::RelayClient& relay,
                                                         const std::vector<std::string>& to,
                                                         Context& context);

}  // namespace sealpost::flow
