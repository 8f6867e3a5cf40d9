// The options that every verb takes, before or after its name.
#pragma once

#include <optional>
#include <string>

namespace sealpost::cmd {

struct Globals {
  bool json = false;         // --json: documents and NDJSON instead of text
  bool quiet = false;        // --quiet: no notes and no progress on standard error
  bool no_progress = false;  // --no-progress
  bool yes = false;          // --yes: questions are answered
  std::string profile;       // --profile, empty when not given
  std::string passphrase_file;
  std::string passphrase_command;
  std::optional<int> passphrase_fd;
};

}  // namespace sealpost::cmd
