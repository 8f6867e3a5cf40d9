// The command line as a whole: global options, names of environment variables, and the sentence
// that a person reads when it cannot be understood. Used by one thread, before anything else.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "cmd/globals.hpp"

namespace CLI {
class App;
}

namespace sealpost::cmd {

// Global options, and flags that may stand behind the verb; call before verbs are added.
void add_globals(CLI::App& app, Globals& globals);

// Gives every long option its variable, as sealpost-config(5) describes, for the verb that is
// chosen; call after all verbs are added.
void name_variables(CLI::App& app);

// Parses; on success the chosen verb's callback has run. A value is text to print instead of
// running a verb (help, version). kUsage otherwise, with the nearest verb as a hint.
base::Result<std::optional<std::string>> parse(CLI::App& app, int argc, const char* const* argv);

// Whether --json was asked for, also on a command line that cannot be parsed.
bool wants_json(int argc, const char* const* argv);

}  // namespace sealpost::cmd
