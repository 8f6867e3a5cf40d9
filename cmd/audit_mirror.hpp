// The verb `audit mirror`, in a file of its own beside the rest of `audit`.
#pragma once

namespace CLI {
class App;
}

namespace sealpost::cmd {

struct Env;

void add_audit_mirror(CLI::App& audit, Env& env);

}  // namespace sealpost::cmd
