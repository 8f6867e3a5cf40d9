// The verb `relay fsck`, in a file of its own beside the rest of `relay`.
#pragma once

namespace CLI {
class App;
}

namespace sealpost::cmd {

struct Env;

void add_relay_fsck(CLI::App& relay, Env& env);

}  // namespace sealpost::cmd
