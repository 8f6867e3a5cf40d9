// sealpost completion bash | zsh | fish
//
// Read off the command line's own tree, so that it can never be out of date.
#include <CLI/App.hpp>
#include <algorithm>

#include "cmd/completion_scripts.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  CLI::App* root = nullptr;  // borrowed
  std::string shell;
};

const std::vector<std::string>& shells() {
  static const std::vector<std::string> names{"bash", "zsh", "fish"};
  return names;
}

Flag flag_of(const CLI::Option& option) {
  Flag flag;
  flag.name = option.get_lnames().front();
  if (!option.get_snames().empty()) flag.letter = option.get_snames().front().front();
  flag.description = option.get_description();
  if (option.get_expected_min() > 0) {
    flag.value = option.get_type_name().empty() ? "VALUE" : option.get_type_name();
  }
  return flag;
}

void collect(CLI::App& app, const std::vector<std::string>& path, std::vector<Command>& into) {
  Command command{path, app.get_description(), {}, {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_lnames().empty()) command.flags.push_back(flag_of(*option));
  }
  for (const CLI::App* verb : app.get_subcommands({})) command.verbs.push_back(verb->get_name());
  if (path == std::vector<std::string>{"completion"}) command.arguments = shells();
  into.push_back(std::move(command));
  for (CLI::App* verb : app.get_subcommands({})) {
    std::vector<std::string> below = path;
    below.push_back(verb->get_name());
    collect(*verb, below, into);
  }
}

base::Result<void> run_completion(const Options& options, Env& env) {
  std::vector<Command> commands;
  collect(*options.root, {}, commands);
  std::string script;
  if (options.shell == "bash") script = bash_completion(commands);
  if (options.shell == "zsh") script = zsh_completion(commands);
  if (options.shell == "fish") script = fish_completion(commands);
  if (script.empty()) {
    return base::Error{base::Code::kUsage, "\"" + options.shell + "\" is no shell known here",
                       "there are bash, zsh and fish"};
  }
  if (!env.out.json()) return env.out.raw(script);
  return env.out.document({{"type", "completion"}, {"shell", options.shell}, {"script", script}});
}

}  // namespace

void add_completion(CLI::App& app, Env& env) {
  auto [verb, options] = add_verb<Options>(app, env, "completion",
                                           "Print a completion script for a shell", run_completion);
  options.root = &app;
  verb.add_option("SHELL", options.shell, "bash, zsh or fish")->required();
}

}  // namespace sealpost::cmd
