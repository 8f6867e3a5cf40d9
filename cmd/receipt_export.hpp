// The verb `receipt export`, in a file of its own beside the rest of `receipt`.
#pragma once

namespace CLI {
class App;
}

namespace sealpost::cmd {

struct Env;

void add_receipt_export(CLI::App& receipt, Env& env);

}  // namespace sealpost::cmd
