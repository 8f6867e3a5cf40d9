// sealpost watch: messages, receipts and orders as they come.
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/session.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "cmd/watch_exec.hpp"
#include "flow/command.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  bool once = false;
  std::string exec;
  std::vector<std::string> arguments;
};

// Also asked to stop when the agent has forgotten the key with which the vault was opened.
class WhileUnlocked final : public base::Interrupt {
 public:
  WhileUnlocked(const Env& env, agent::Address address, bool by_agent)
      : env_(env), address_(std::move(address)), by_agent_(by_agent) {}
  bool requested() const override { return env_.interrupt.requested() || locked(); }
  bool locked() const {
    constexpr base::milliseconds kEvery{1000};
    const base::milliseconds now = env_.clock.steady();
    if (!by_agent_ || locked_ || now < next_) return locked_;
    next_ = now + kEvery;
    const auto state = agent::ask_state(address_);  // which is no use of it
    locked_ = !state && state.error().code == base::Code::kLocked;
    return locked_;
  }

 private:
  const Env& env_;
  const agent::Address address_;
  const bool by_agent_;
  mutable base::milliseconds next_{};
  mutable bool locked_ = false;
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
  const WhileUnlocked unlocked(env, agent_address(env, quietly.opened.profile), quietly.by_agent);
  flow::Context context{env.clock, env.random, unlocked};
  const std::unique_ptr<Refusals> listening = listener(options, env, unlocked);
  auto ended = flow::watch(quietly.opened.installation, {options.once, !options.exec.empty()},
                           *listening, context);
  const bool stopped = !ended && ended.error().code == base::Code::kInterrupted;
  if (stopped && !env.interrupt.requested() && unlocked.locked()) {
    return base::Error{base::Code::kLocked, "the vault was locked: the watch is over",
                       "`sealpost unlock`, and watch again"};
  }
  return ended ? listening->verdict() : ended;
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
