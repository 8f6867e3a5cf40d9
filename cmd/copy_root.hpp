// Whose copy of the log, or proof from it, is read without the relay: the root as it was given, or
// the one that the chosen profile pins. One rule for every verb that reads such a thing.
#pragma once

#include <optional>
#include <string>

#include "cmd/opened.hpp"

namespace sealpost::cmd {

struct CopyRoot {
  note::Verifier root;
  std::optional<Opened> opened;  // the profile, unless the root was given
};

// The profile's, with its vault open.
base::Result<CopyRoot> root_of_profile(Env& env);
// With `vkey` no profile is looked at, and no vault is opened. kUsage when there is neither.
base::Result<CopyRoot> root_of_copy(const std::string& vkey, Env& env);

}  // namespace sealpost::cmd
