#include "cmd/session.hpp"

#include <system_error>

#include "cmd/orders.hpp"
#include "cmd/passphrase.hpp"
#include "crypto/strength.hpp"
#include "flow/journal.hpp"

namespace sealpost::cmd {
namespace {

std::string configured(const Env& env, const std::string& profile, const char* key) {
  const auto value = env.config.find(profile, key);
  return value ? value->text : std::string();
}

// The file in which systemd left a passphrase; empty when it did not.
std::filesystem::path systemd_passphrase(const Env& env) {
  const auto credentials = env.variable("CREDENTIALS_DIRECTORY");
  if (!credentials) return {};
  std::filesystem::path file = std::filesystem::path(*credentials) / "sealpost-passphrase";
  std::error_code ignored;
  return std::filesystem::exists(file, ignored) ? file : std::filesystem::path();
}

// From the profile's configuration, or from systemd; empty when neither says anything.
base::Result<crypto::SecretBytes> standing_passphrase(const Env& env, const std::string& profile) {
  Globals sources;
  sources.passphrase_file = configured(env, profile, "passphrase-file");
  sources.passphrase_command = configured(env, profile, "passphrase-command");
  TRY(crypto::SecretBytes passphrase, passphrase_from_options(sources));
  if (!passphrase.empty()) return passphrase;
  const std::filesystem::path file = systemd_passphrase(env);
  if (file.empty()) return crypto::SecretBytes();
  return passphrase_from_file(file.string());
}

base::Result<vault::Vault> open_with(Env& env, const config::Profile& profile,
                                     const crypto::SecretBytes& passphrase) {
  env.opened = profile;
  auto opened = vault::Vault::open(profile.vault(), passphrase.expose(), env.random);
  if (!opened && opened.error().code == base::Code::kWrongPassphrase) {
    flow::note_wrong_passphrase(profile.folder, env.clock.now());
  }
  return opened;
}

using AskKey = base::Result<agent::Key> (*)(const agent::Address&);

base::Result<vault::Vault> open_by_agent(Env& env, const config::Profile& profile, AskKey ask) {
  TRY(const agent::Key kept, ask(agent_address(env, profile)));
  env.opened = profile;
  TRY(vault::VaultKey key, vault::VaultKey::from(kept.expose()));
  return vault::Vault::open_with_key(profile.vault(), std::move(key), env.random);
}

std::string prompt_for(const config::Profile& profile) {
  return "Passphrase of " + profile.name + ":";
}

bool has_source(const Globals& globals) {
  return !globals.passphrase_file.empty() || !globals.passphrase_command.empty() ||
         globals.passphrase_fd.has_value();
}

base::Result<OpenVault> open_vault_as(Env& env, const config::Profile& profile, AskKey ask) {
  if (!has_source(env.globals)) {
    // An agent that does not answer, or keeps the key of a vault that was replaced, is no reason to
    // fail: the other sources may do.
    base::Result<vault::Vault> by_agent = open_by_agent(env, profile, ask);
    if (by_agent) return OpenVault{*std::move(by_agent), true};
    const base::Code code = by_agent.error().code;
    if (code == base::Code::kMalformed || code == base::Code::kBusy) {
      return std::move(by_agent).error();
    }
  }
  TRY(vault::Vault vault, open_vault_by_passphrase(env, profile));
  return OpenVault{std::move(vault), false};
}

}  // namespace

base::Result<config::Profile> choose_profile(const Env& env) {
  TRY(const config::Locations locations, config::locate(env.variable));
  const auto preferred = env.config.find("", std::string(config::kDefaultProfile));
  TRY(config::Profile profile,
      config::choose_profile(locations, env.globals.profile, preferred ? preferred->text : ""));
  TRY(check_not_wiped(env, profile));
  return profile;
}

base::Result<config::Profile> new_profile(const Env& env, std::string_view suggested) {
  TRY(const config::Locations locations, config::locate(env.variable));
  const std::string_view name = env.globals.profile.empty() ? suggested : env.globals.profile;
  TRY(config::Profile profile, config::profile_named(locations, name));
  TRY(check_not_wiped(env, profile));
  if (!vault::Vault::exists(profile.vault())) return profile;
  return base::Error{base::Code::kConflict, "the profile \"" + profile.name + "\" exists already",
                     "give the new one another name with --profile NAME"};
}

base::Result<OpenVault> open_vault(Env& env, const config::Profile& profile) {
  // Without a terminal there is nobody whose being there could be told from it.
  const AskKey ask = env.terminal.can_prompt() ? &agent::ask_key : &agent::peek_key;
  return open_vault_as(env, profile, ask);
}

base::Result<OpenVault> open_vault_quietly(Env& env, const config::Profile& profile) {
  return open_vault_as(env, profile, agent::peek_key);
}

base::Result<vault::Vault> open_vault_by_passphrase(Env& env, const config::Profile& profile) {
  TRY(ask_for_orders(env, profile));
  TRY(crypto::SecretBytes passphrase, passphrase_from_options(env.globals));
  if (passphrase.empty()) {
    TRY(passphrase, standing_passphrase(env, profile.name));
  }
  if (passphrase.empty()) {
    TRY(passphrase, typed_passphrase(env.terminal, prompt_for(profile)));
  }
  return open_with(env, profile, passphrase);
}

base::Result<crypto::SecretBytes> new_passphrase(Env& env, const config::Profile& profile) {
  TRY(crypto::SecretBytes passphrase, passphrase_from_options(env.globals));
  if (passphrase.empty()) {
    TRY(passphrase, standing_passphrase(env, env.globals.profile));
  }
  if (passphrase.empty()) {
    TRY(passphrase,
        typed_new_passphrase(env.terminal, "Passphrase for the new profile " + profile.name + ":"));
  }
  TRY(crypto::check_strength(passphrase, profile.name));
  return passphrase;
}

bool has_standing_passphrase(const Env& env, const config::Profile& profile) {
  if (!configured(env, profile.name, "passphrase-file").empty()) return true;
  if (!configured(env, profile.name, "passphrase-command").empty()) return true;
  return !systemd_passphrase(env).empty();
}

base::Result<crypto::SecretBytes> other_passphrase(Env& env, std::string_view prompt) {
  TRY(crypto::SecretBytes given, passphrase_from_options(env.globals));
  if (!given.empty()) return given;
  return typed_passphrase(env.terminal, prompt);
}

base::Result<crypto::SecretBytes> new_other_passphrase(Env& env, std::string_view prompt) {
  TRY(crypto::SecretBytes given, passphrase_from_options(env.globals));
  if (!given.empty()) return given;
  return typed_new_passphrase(env.terminal, prompt);
}

agent::Address agent_address(const Env& env, const config::Profile& profile) {
  return agent::address_for(profile.folder, env.variable);
}

}  // namespace sealpost::cmd
