// The verbs of `org recovery`, in files of their own beside the rest of `org`.
#pragma once

#include "cmd/verb.hpp"

namespace sealpost::cmd {

void add_org_recovery(CLI::App& org, Env& env);
void add_org_recovery_combine(CLI::App& recovery, Env& env);

}  // namespace sealpost::cmd
