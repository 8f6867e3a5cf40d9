// Completion scripts for shells, from a description of the command line. Pure functions.
#pragma once

#include <string>
#include <vector>

namespace sealpost::cmd {

struct Flag {
  std::string name;         // "profile"
  char letter = '\0';       // 'o', or none
  std::string description;  // one line
  std::string value;        // "FILE"; empty for a flag without one
};

struct Command {
  std::vector<std::string> path;  // {"member", "invite"}; empty for sealpost itself
  std::string description;
  std::vector<Flag> flags;             // its own
  std::vector<std::string> verbs;      // below it
  std::vector<std::string> arguments;  // words that it takes, such as the names of shells
};

// The first command is sealpost itself, whose flags hold everywhere.
std::string bash_completion(const std::vector<Command>& commands);
std::string zsh_completion(const std::vector<Command>& commands);
std::string fish_completion(const std::vector<Command>& commands);

}  // namespace sealpost::cmd
