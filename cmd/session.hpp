// Which profile a command is about, and how its vault opens.
//
// Where a passphrase comes from, in this order: --passphrase-file, --passphrase-command or
// --passphrase-fd, or the same from the environment; the profile's configuration; the agent;
// $CREDENTIALS_DIRECTORY/sealpost-passphrase (systemd); the terminal. Without any of them: kLocked,
// at once. What the agent is asked by a process without a terminal is not use: a person who works
// prolongs its time, a timer does not. A passphrase is the first line of what was read, without the
// line end, and never an argument or a variable itself. One thread.
#pragma once

#include <optional>
#include <string_view>

#include "agent/agent.hpp"
#include "cmd/env.hpp"
#include "config/profile.hpp"
#include "crypto/secret.hpp"
#include "vault/vault.hpp"

namespace sealpost::cmd {

// The profile that --profile, SEALPOST_PROFILE or default-profile names, or the only one; it has a
// vault. kNotFound, kUsage (several, none chosen), kRevoked when it was wiped.
base::Result<config::Profile> choose_profile(const Env& env);

// For setup and join: a profile that does not exist yet, named by --profile or else `suggested`
// (made into a profile name by the caller). kConflict when it has a vault already.
base::Result<config::Profile> new_profile(const Env& env, std::string_view suggested);

struct OpenVault {
  vault::Vault vault;
  bool by_agent = false;  // which kept the key; otherwise a passphrase opened it
};
// Opens the profile's vault with whatever source there is. kLocked, kWrongPassphrase; kRevoked when
// the device turns out to be ordered wiped, and is wiped now.
base::Result<OpenVault> open_vault(Env& env, const config::Profile& profile);
// The same for what runs in the background: the agent does not take it for use.
base::Result<OpenVault> open_vault_quietly(Env& env, const config::Profile& profile);

// The same by passphrase alone, without asking the agent: for `unlock`.
base::Result<vault::Vault> open_vault_by_passphrase(Env& env, const config::Profile& profile);

// A passphrase for the vault of a new profile: from the sources that can be given, or asked twice
// at the terminal. Never weak, see crypto/strength.hpp. kLocked, kUsage (the two differ, or it is
// empty or weak).
base::Result<crypto::SecretBytes> new_passphrase(Env& env, const config::Profile& profile);
// Whether the configuration or systemd names a passphrase for the profile.
bool has_standing_passphrase(const Env& env, const config::Profile& profile);

// A passphrase for something that is not a vault (`decrypt -p`): from the options and their
// variables only, or asked once.
base::Result<crypto::SecretBytes> other_passphrase(Env& env, std::string_view prompt);
// The same for something new (`encrypt -p`), asked twice.
base::Result<crypto::SecretBytes> new_other_passphrase(Env& env, std::string_view prompt);

// Where the profile's agent listens.
agent::Address agent_address(const Env& env, const config::Profile& profile);

}  // namespace sealpost::cmd
