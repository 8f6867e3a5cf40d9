// How a verb declares itself on the command line. The only header that verbs need CLI11 through.
//
//   void add_show(CLI::App& app, Env& env) {
//     auto [verb, options] = add_verb<Options>(app, env, "show", "Print one thing", run_show);
//     verb.add_option("ID", options.id, "Number or id")->required();
//     verb.add_flag("--all", options.all, "Also the rest");
//     add_repeatable(verb, "--to", options.to, "A recipient");
//   }
//
// Verbs with verbs of their own: `CLI::App& member = add_group(app, "member", "Members")`, then
// add_verb(member, ...) for each. Long options get SEALPOST_<VERB>_<OPTION> by themselves.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cmd/env.hpp"

namespace sealpost::cmd {

// Borrows; both live as long as the command line's root.
template <typename Options>
struct Verb {
  CLI::App& app;
  Options& options;
};

// A verb that does something: when the command line names it, `run` is what main calls.
template <typename Options>
Verb<Options> add_verb(CLI::App& parent, Env& env, const std::string& name,
                       const std::string& description,
                       base::Result<void> (*run)(const Options&, Env&)) {
  auto options = std::make_shared<Options>();  // shared: the callback must be copyable
  CLI::App* app = parent.add_subcommand(name, description);
  app->callback(
      [&env, options, run] { env.chosen = [&env, options, run] { return run(*options, env); }; });
  return {*app, *options};
}

// A verb that only holds others.
inline CLI::App& add_group(CLI::App& parent, const std::string& name,
                           const std::string& description) {
  return *parent.add_subcommand(name, description)->require_subcommand(1);
}

// An option that may be given several times and takes one value each time, so that it does not
// swallow the arguments behind it.
inline CLI::Option* add_repeatable(CLI::App& verb, const std::string& names,
                                   std::vector<std::string>& values,
                                   const std::string& description) {
  return verb.add_option(names, values, description)->allow_extra_args(false);
}

}  // namespace sealpost::cmd
