// The verbs of `sealpost key`, one declaration for each file.
#pragma once

namespace CLI {
class App;
}

namespace sealpost::cmd {

struct Env;

void add_key_rotate(CLI::App& key, Env& env);

}  // namespace sealpost::cmd
