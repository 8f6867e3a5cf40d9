// What a verb is given: the seams to the world, the global options and the way to print.
//
// main builds one Env and passes it to every verb. A verb is one file, cmd/<verb>.cpp, with three
// parts (see cmd/version.cpp for the smallest one, cmd/profile.cpp for one with verbs of its own):
//
//   struct Options { ... };                                       what the command line says
//   Result<void> run_<verb>(const Options&, Env&)                 a call into flow, and printing
//   void add_<verb>(CLI::App&, Env&)                              declares the options (verb.hpp)
//
// To add one: the file, its name in cmd/CMakeLists.txt, its declaration in cmd/verbs.hpp, its row
// in the table of cmd/main.cpp, and man/sealpost-<verb>.1. Nothing else: help, completion,
// environment names and global flags follow from the table. Errors are returned; main alone prints
// them and knows exit statuses. Used by one thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/seams.hpp"
#include "cmd/globals.hpp"
#include "cmd/ui/output.hpp"
#include "config/profile.hpp"

namespace sealpost::cmd {

struct Env {
  base::Clock& clock;
  base::Random& random;
  base::Terminal& terminal;
  const base::Interrupt& interrupt;
  const Globals& globals;
  ui::Output& out;
  // A variable of the environment; nothing when it is unset or empty.
  std::function<std::optional<std::string>(const std::string&)> variable;

  // The configuration file; options that it sets are filled in before the verb runs.
  config::Config config;
  // What the command line chose; set by parsing, called by main.
  std::function<base::Result<void>()> chosen;
  // The status to leave with when the verb succeeds: a command that sealpost ran for the user.
  int exit_status = 0;
  // The profile whose vault this command has opened.
  std::optional<config::Profile> opened = std::nullopt;
};

}  // namespace sealpost::cmd
