// An installation made ready for a verb: profile chosen, vault open, trust chain verified.
#pragma once

#include <memory>

#include "cmd/env.hpp"
#include "cmd/notices.hpp"
#include "config/profile.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"
#include "vault/vault.hpp"

namespace sealpost::cmd {

struct Opened {
  config::Profile profile;
  std::unique_ptr<vault::Vault> vault;  // the installation borrows it
  flow::Installation installation;
  std::unique_ptr<Announcer> announcer;  // goes first
};

// As choose_profile and open_vault, then Installation::load, then what the policy asks.
base::Result<Opened> open_installation(Env& env);

// Fetches what is new in the trust chain. Without the relay it goes on with what this profile has
// verified last, and says so; kVerificationFailed when the relay's chain is another one.
base::Result<void> catch_up(Opened& opened, Env& env);
// The same without counting as use of the agent, for what runs in the background.
struct OpenedQuietly {
  Opened opened;
  bool by_agent = false;
};
base::Result<OpenedQuietly> open_installation_quietly(Env& env);

inline flow::Context context_of(Env& env) { return {env.clock, env.random, env.interrupt}; }

// Fills a profile that does not exist yet: asks for a new passphrase, creates the vault, runs
// `fill`. When that fails nothing stays behind, unless `keep` says that what the vault holds may
// count elsewhere already: then the command can be repeated.
using Fill = std::function<base::Result<void>(vault::Vault&)>;
using Keep = std::function<base::Result<bool>(const vault::Vault&)>;
base::Result<void> create_vault(Env& env, const config::Profile& profile,
                                const vault::Tuning& tuning, const Fill& fill, const Keep& keep);

// The Keep of commands that tell nobody before they are done.
base::Result<bool> nothing_elsewhere(const vault::Vault& vault);

// "laptop" from this machine's name, "main" when that is no device name.
std::string default_device();

}  // namespace sealpost::cmd
