// The verbs of `sealpost device`: what they share, and one declaration for each file.
#pragma once

#include "cmd/opened.hpp"
#include "flow/authority.hpp"

namespace CLI {
class App;
}

namespace sealpost::cmd {

// active, expired or revoked.
std::string device_state(const trust::Device& device, base::Time now);
// {"type":"device",...}, sealpost-json(5).
text::OrderedJson device_json(const trust::Device& device, const Opened& opened, base::Time now);

// kNotFound when the trust chain has no device of this name. Borrowed from the installation.
base::Result<const trust::Device*> known_device(const Opened& opened,
                                                const trust::DeviceName& name);

// What was ended, on standard output; and on standard error what else the person should look at.
base::Result<void> print_ending(Env& env, const flow::Ending& ending, const std::string& reason);

void add_device_invite(CLI::App& device, Env& env);
void add_device_revoke(CLI::App& device, Env& env);

}  // namespace sealpost::cmd
