// The verbs of `sealpost bulk`.
#pragma once

namespace CLI {
class App;
}

namespace sealpost::cmd {

struct Env;

void add_bulk_run(CLI::App& bulk, Env& env);
void add_bulk_resume(CLI::App& bulk, Env& env);

}  // namespace sealpost::cmd
