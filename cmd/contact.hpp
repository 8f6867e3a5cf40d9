// The verbs of `sealpost contact`: what they share, and one declaration for each file.
#pragma once

#include <optional>
#include <string>

#include "cmd/opened.hpp"
#include "flow/registry.hpp"

namespace CLI {
class App;
}

namespace sealpost::cmd {

// The people stream read on, or what this device read last: without the relay, or as `offline`
// asks. Says so where it may be old. kDenied, kBusy and kVerificationFailed as
// flow::catch_up_register() and flow::check_known().
base::Result<void> read_people(Opened& opened, bool offline, Env& env);

// The alias, or else the id.
std::string called(const reg::Contact& contact);
// {"type":"contact",...}, sealpost-json(5).
text::OrderedJson contact_json(const reg::Contact& contact);
base::Result<void> print_contact(Env& env, const reg::Contact& contact);

void add_contact_list(CLI::App& contact, Env& env);
void add_contact_edit(CLI::App& contact, Env& env);
void add_contact_import(CLI::App& contact, Env& env);

}  // namespace sealpost::cmd
