// sealpost key passphrase: another passphrase for the same vault.
#include <fmt/format.h>

#include "cmd/kdf.hpp"
#include "cmd/key.hpp"
#include "cmd/passphrase.hpp"
#include "cmd/session.hpp"
#include "crypto/strength.hpp"
#include "flow/passphrase.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string file;
  std::string command;
  std::string fd;
  KdfOptions kdf;
};

base::Result<Globals> sources_of(const Options& options) {
  Globals sources;
  sources.passphrase_file = options.file;
  sources.passphrase_command = options.command;
  if (!options.fd.empty()) {
    const auto number = base::parse_decimal(options.fd, INT32_MAX);
    if (!number) {
      return base::Error{base::Code::kUsage, "--new-passphrase-fd is the number of a descriptor",
                         ""};
    }
    sources.passphrase_fd = static_cast<int>(*number);
  }
  return sources;
}

base::Result<crypto::SecretBytes> chosen(const Options& options, Env& env,
                                         const config::Profile& profile) {
  TRY(const Globals sources, sources_of(options));
  TRY(crypto::SecretBytes passphrase, passphrase_from_options(sources));
  if (passphrase.empty()) {
    TRY(passphrase, typed_new_passphrase(env.terminal, "New passphrase of " + profile.name + ":"));
  }
  TRY(crypto::check_strength(passphrase, profile.name));
  return passphrase;
}

base::Result<void> check_other(const config::Profile& profile,
                               const crypto::SecretBytes& passphrase, Env& env) {
  const auto same = vault::Vault::open(profile.vault(), passphrase.expose(), env.random);
  if (!same) return {};
  return base::Error{base::Code::kUsage, "this is the passphrase that the vault has already", ""};
}

base::Result<void> run_passphrase(const Options& options, Env& env) {
  TRY(const vault::Tuning tuning, tuning_of(options.kdf));
  TRY(const config::Profile profile, choose_profile(env));
  // An open vault is not enough: who finds one must not be able to shut its owner out.
  TRY(vault::Vault vault, open_vault_by_passphrase(env, profile));
  TRY(const crypto::SecretBytes passphrase, chosen(options, env, profile));
  TRY(check_other(profile, passphrase, env));
  const base::Time now = env.clock.now();
  TRY(flow::change_passphrase(vault, passphrase.expose(), tuning, now));
  if (has_standing_passphrase(env, profile)) {
    env.out.warn(
        "the configuration, or systemd, names a passphrase for this profile: change it "
        "there too");
  }
  if (!env.out.json()) {
    env.out.note(profile.name +
                 " has a new passphrase; copies made before still open with the old "
                 "one");
    return {};
  }
  return env.out.document({{"type", "passphrase-changed"},
                           {"profile", profile.name},
                           {"changed", text::format_time(now)},
                           {"kdf_memory", tuning.memory},
                           {"kdf_passes", tuning.passes}});
}

}  // namespace

void add_key_passphrase(CLI::App& key, Env& env) {
  auto [verb, options] = add_verb<Options>(key, env, "passphrase",
                                           "Change the passphrase of the vault", run_passphrase);
  verb.add_option("--new-passphrase-file", options.file,
                  "Read the new passphrase from the first line of FILE")
      ->type_name("FILE");
  verb.add_option("--new-passphrase-command", options.command,
                  "Read the new passphrase from the output of a shell command")
      ->type_name("COMMAND");
  verb.add_option("--new-passphrase-fd", options.fd,
                  "Read the new passphrase from an open file descriptor")
      ->type_name("N");
  add_kdf_options(verb, options.kdf);
}

}  // namespace sealpost::cmd
