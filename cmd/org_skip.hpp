// The verb `org skip`, in a file of its own beside the rest of `org`.
#pragma once

#include "cmd/verb.hpp"

namespace sealpost::cmd {

void add_org_skip(CLI::App& org, Env& env);

}  // namespace sealpost::cmd
