// The configuration file as the source of options that neither the command line nor the
// environment gives. The keys are the options' own names, so that this can never be out of date.
// One thread, after parsing and before the verb.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cmd/env.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace sealpost::cmd {

struct Setting {
  std::string key;       // send.purpose
  std::string variable;  // SEALPOST_SEND_PURPOSE
  CLI::Option* option;   // borrowed from the app
};

// Every option that may stand in the environment and in the configuration.
std::vector<Setting> all_settings(CLI::App& root);
// Those of the chosen verb, with the global ones.
std::vector<Setting> chosen_settings(CLI::App& root);

// What of these may stand in the configuration.
std::vector<std::string> setting_keys(CLI::App& root);

// Reads the configuration, options and what is said of notices, into env.config; asks for the keys
// of options when there is a file. kMalformed with file and line.
base::Result<void> load_settings(const std::function<std::vector<std::string>()>& keys, Env& env);
// Fills what is still open of the chosen verb's options.
base::Result<void> apply_settings(CLI::App& root, Env& env);

// The profile whose section counts: as session.hpp chooses it, empty when that is not decided.
std::string settings_profile(const Env& env);

}  // namespace sealpost::cmd
