// The notices that the configuration asks for. sealpost-config(5), NOTICES. One thread.
#pragma once

#include "cmd/env.hpp"
#include "flow/installation.hpp"
#include "notify/notifier.hpp"

namespace sealpost::cmd {

// As the profile is configured; in its sandbox a channel that is not writes to a file. kMalformed.
base::Result<notify::Settings> notify_settings(const Env& env, const std::string& profile);

// Reads the secrets. kMalformed, for a secret too that cannot be read or lies open to others.
base::Result<notify::Notifier> make_notifier(const Env& env, const std::string& profile,
                                             const flow::Installation& installation);

// None where nobody is to be told.
base::Result<std::optional<notify::Notifier>> notifier_unless(
    bool no_notice, const Env& env, const std::string& profile,
    const flow::Installation& installation);

}  // namespace sealpost::cmd
