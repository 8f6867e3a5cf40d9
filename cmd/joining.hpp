// What the verbs that make a new device have in common: join, key restore.
#pragma once

#include <string>

#include "cmd/env.hpp"
#include "config/profile.hpp"
#include "crypto/secret.hpp"

namespace sealpost::cmd {

// The line of an invitation from a file, from standard input (-), or typed when `source` is empty.
base::Result<crypto::SecretBytes> read_invitation(const std::string& source, Env& env);

// The profile to join into: a new one, named by --profile or after the user, or one in which an
// earlier try was cut off.
base::Result<config::Profile> joining_profile(Env& env, const std::string& user);

}  // namespace sealpost::cmd
