// sealpost sandbox: a temporary organisation to try things in.
#include <fmt/format.h>

#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/sandbox.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string members;
  std::vector<std::string> command;
};

base::Result<void> announce(Env& env, const flow::SandboxFacts& facts, bool shell) {
  if (env.out.json()) {
    return env.out.document({{"type", "sandbox"},
                             {"home", facts.home.string()},
                             {"url", facts.url},
                             {"profiles", facts.profiles}});
  }
  if (!shell) return {};
  std::string profiles;
  for (const std::string& name : facts.profiles) profiles += " " + name;
  env.out.note(fmt::format("A relay at {} and the profiles{}.", facts.url, profiles));
  env.out.note("Try: sealpost --profile owner member list. Leave with exit; nothing stays.");
  return {};
}

base::Result<void> run_sandbox(const Options& options, Env& env) {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return base::Error{base::Code::kInternal, "cannot find this program's own file", ""};
  flow::SandboxRequest request{{}, options.command, program.string(), {}};
  if (!options.members.empty()) {
    for (std::string_view name : base::split(options.members, ',')) {
      request.members.emplace_back(name);
    }
  }
  request.parent = env.variable("TMPDIR").value_or("/tmp");
  flow::Context context = context_of(env);
  const auto ready = [&](const flow::SandboxFacts& facts) {
    return announce(env, facts, options.command.empty());
  };
  TRY(env.exit_status, flow::run_sandbox(request, context, ready));
  return {};
}

}  // namespace

void add_sandbox(CLI::App& app, Env& env) {
  auto [verb, options] =
      add_verb<Options>(app, env, "sandbox",
                        "A temporary organisation with a real relay, gone afterwards", run_sandbox);
  verb.add_option("--members", options.members, "User ids besides owner and auditor: alice,bob");
  verb.add_option("COMMAND", options.command, "What to run inside, behind -- (default: a shell)");
}

}  // namespace sealpost::cmd
