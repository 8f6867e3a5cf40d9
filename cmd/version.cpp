// sealpost version
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"

namespace sealpost::cmd {
namespace {

struct Options {};

base::Result<void> run_version(const Options&, Env& env) {
  if (env.out.json()) {
    return env.out.document({{"type", "version"}, {"version", SEALPOST_VERSION}});
  }
  return env.out.line("sealpost " SEALPOST_VERSION);
}

}  // namespace

void add_version(CLI::App& app, Env& env) {
  add_verb<Options>(app, env, "version", "Print the version", run_version);
}

}  // namespace sealpost::cmd
