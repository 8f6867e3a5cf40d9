// The verbs of `sealpost member`: what they share, and one declaration for each file.
#pragma once

#include <string>

#include "base/result.hpp"
#include "trust/name.hpp"

namespace CLI {
class App;
}

namespace sealpost::cmd {

struct Env;

base::Result<trust::Role> role_named(const std::string& name);  // kUsage
base::Result<void> check_user(const std::string& name);         // kUsage

void add_member_show(CLI::App& member, Env& env);
void add_member_role(CLI::App& member, Env& env);
void add_member_revoke(CLI::App& member, Env& env);

}  // namespace sealpost::cmd
