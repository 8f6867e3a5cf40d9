// sealpost watch: messages, receipts and orders as they come.
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "cmd/watch_exec.hpp"
#include "cmd/while_unlocked.hpp"
#include "flow/command.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  bool once = false;
  std::string exec;
  std::vector<std::string> arguments;
};

base::Result<void> check(const Options& options, const Env& env) {
  if (options.exec.empty()) {
    if (options.arguments.empty()) return {};
    return base::Error{base::Code::kUsage, "arguments are for a command, and there is none",
                       "name it: --exec CMD -- ARG..."};
  }
  return flow::check_command(options.exec, env.variable("PATH").value_or("/usr/bin:/bin"));
}

std::unique_ptr<Refusals> listener(const Options& options, Env& env,
                                   const base::Interrupt& interrupt) {
  if (options.exec.empty()) return std::make_unique<Printer>(env);
  std::vector<std::string> command{options.exec};
  command.insert(command.end(), options.arguments.begin(), options.arguments.end());
  return std::make_unique<Runner>(env, interrupt, std::move(command));
}

base::Result<void> run_watch(const Options& options, Env& env) {
  TRY(check(options, env));
  TRY(OpenedQuietly quietly, open_installation_quietly(env));
  const WhileUnlocked unlocked(env, quietly);
  flow::Context context{env.clock, env.random, unlocked};
  const std::unique_ptr<Refusals> listening = listener(options, env, unlocked);
  auto ended = flow::watch(quietly.opened.installation, {options.once, !options.exec.empty()},
                           *listening, context);
  if (!ended) return unlocked.why(ended.error());
  return listening->verdict();
}

}  // namespace

void add_watch(CLI::App& app, Env& env) {
  auto [verb, options] = add_verb<Options>(
      app, env, "watch", "Stay connected: messages, receipts, orders as they come", run_watch);
  verb.add_flag("--once", options.once, "Tell what is there, and end");
  never_empty(verb.add_option("--exec", options.exec,
                              "Hand each event to this program until it ends with 0"));
  verb.add_option("ARG", options.arguments, "Arguments of that program, behind --");
}

}  // namespace sealpost::cmd
