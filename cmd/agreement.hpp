// What the verbs of `agreement` have in common.
#pragma once

#include "cmd/env.hpp"
#include "flow/agreements.hpp"
#include "text/ordered_json.hpp"

namespace CLI {
class App;
}

namespace sealpost::cmd {

text::OrderedJson agreement_json(const reg::Agreement& agreement, const Env& env);

void add_agreement_list(CLI::App& agreement, Env& env);
void add_agreement_show(CLI::App& agreement, Env& env);

}  // namespace sealpost::cmd
