// sealpost relay portal: the page behind contacts' links, for another web host.
#pragma once

#include "cmd/verb.hpp"

namespace sealpost::cmd {

void add_relay_portal(CLI::App& relay, Env& env);

}  // namespace sealpost::cmd
