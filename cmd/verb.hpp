// How a verb declares itself on the command line.
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
//
// CLI11 stays behind this header: to compile its one header takes longer than a verb does. Verb and
// Option are handles to what the command line's root owns: copied freely, valid as long as it is.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cmd/env.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace sealpost::cmd {

class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}
  // For chains: verb.add_option(...)->type_name("FILE")->required().
  const Option* operator->() const { return this; }

  Option required() const;
  Option type_name(const std::string& name) const;
  Option excludes(Option other) const;
  Option needs(Option other) const;
  Option capture_default_str() const;  // the help shows the default
  // `complaint` says what is wrong with a value; nothing when it is fine.
  Option check(std::string (*complaint)(const std::string& value)) const;
  Option one_value_each_time() const;

 private:
  CLI::Option* option_;
};

class Verb {
 public:
  explicit Verb(CLI::App& app) : app_(&app) {}

  // The value that is there stays when the option is not given. Not a template, so that CLI11 is
  // instantiated in one place: a type that no verb has had yet gets its line here.
  Option add_option(const std::string& names, std::string& value, const std::string& what) const;
  Option add_option(const std::string& names, std::uint64_t& value, const std::string& what) const;
  Option add_option(const std::string& names, std::vector<std::string>& values,
                    const std::string& what) const;
  Option add_flag(const std::string& names, bool& value, const std::string& what) const;

 private:
  CLI::App* app_;
};

template <typename Options>
struct Declared {
  Verb verb;
  Options& options;
};

// As below, with what happens when the command line names the verb.
Verb add_verb(CLI::App& parent, const std::string& name, const std::string& description,
              std::function<void()> named);

// A verb that does something: when the command line names it, `run` is what main calls.
template <typename Options>
Declared<Options> add_verb(CLI::App& parent, Env& env, const std::string& name,
                           const std::string& description,
                           base::Result<void> (*run)(const Options&, Env&)) {
  auto options = std::make_shared<Options>();  // shared: the callback must be copyable
  const Verb verb = add_verb(parent, name, description, [&env, options, run] {
    env.chosen = [&env, options, run] { return run(*options, env); };
  });
  return {verb, *options};
}

// A verb that only holds others.
CLI::App& add_group(CLI::App& parent, const std::string& name, const std::string& description);

// An option that may be given several times and takes one value each time, so that it does not
// swallow the arguments behind it.
Option add_repeatable(Verb verb, const std::string& names, std::vector<std::string>& values,
                      const std::string& description);

}  // namespace sealpost::cmd
