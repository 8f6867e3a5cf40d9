// What the verbs of `group` have in common.
#pragma once

#include <string>

#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "flow/groups.hpp"
#include "text/ordered_json.hpp"

namespace sealpost::cmd {

std::string members_of(const reg::Group& group);  // "dr.lee, nurse.kim"
text::OrderedJson group_json(const reg::Group& group, const Opened& opened, const Env& env);
// Declares the argument that says which group.
void name_group(Verb verb, std::string& name);

void add_group_list(CLI::App& group, Env& env);
void add_group_show(CLI::App& group, Env& env);

}  // namespace sealpost::cmd
