// How an invitation is printed, by `member invite` and `device invite`.
#pragma once

#include <string>

#include "cmd/env.hpp"
#include "flow/enrol.hpp"

namespace sealpost::cmd {

// `whose`: to whom it is given, as the note for people says it.
base::Result<void> print_invitation(Env& env, const flow::InviteRequest& request,
                                    const flow::Invited& invited, bool qr,
                                    const std::string& whose);

}  // namespace sealpost::cmd
