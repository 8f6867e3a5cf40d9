// The verbs of `sealpost bulk`.
#pragma once

namespace CLI {
class App;
}

namespace sealpost::cmd {

struct Env;

void add_bulk_run(CLI::App& bulk, Env& env);  // run, resume

}  // namespace sealpost::cmd
