// sealpost key restore: go on with another device, and end the old one.
#include <fmt/format.h>

#include "base/file.hpp"
#include "cmd/joining.hpp"
#include "cmd/kdf.hpp"
#include "cmd/key.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/passphrase.hpp"
#include "cmd/session.hpp"
#include "cmd/verb.hpp"
#include "flow/restore.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string file;
  std::string passphrase_file;
  std::string invitation;
  std::string device;
  bool keep_old = false;
  KdfOptions kdf;
};

// A file whose descriptor is its own.
class FileSource final : public base::ByteSource {
 public:
  explicit FileSource(base::Fd file) : file_(std::move(file)) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override {
    return base::read_some(file_.get(), out);
  }

 private:
  base::Fd file_;
};

flow::OpenBackup opener(const std::string& path) {
  return [path]() -> base::Result<std::unique_ptr<base::ByteSource>> {
    TRY(base::Fd file, base::open_read(path));
    return std::unique_ptr<base::ByteSource>(std::make_unique<FileSource>(std::move(file)));
  };
}

base::Result<crypto::SecretBytes> passphrase_of(const Options& options, Env& env) {
  if (!options.passphrase_file.empty()) return passphrase_from_file(options.passphrase_file);
  return typed_passphrase(env.terminal, "Passphrase of the backup:");
}

std::string new_device_name(const Options& options, const flow::BackedDevice& device) {
  if (!options.device.empty()) return options.device;
  std::string name = default_device();
  return name == device.profile.device ? name + "-2" : name;
}

base::Result<void> print(Env& env, const std::string& profile, const flow::Continuation& done) {
  const flow::Restored& restored = done.restored();
  if (env.out.json()) {
    return env.out.document({{"type", "restored"},
                             {"device", done.device()},
                             {"profile", profile},
                             {"messages", restored.messages},
                             {"known", restored.known},
                             {"old_device", done.old_device()},
                             {"old_device_revoked", done.old_revoked()},
                             {"unfetched_dropped", done.dropped_waiting()}});
  }
  TRY(env.out.line(fmt::format("This device is {} now; {} {} came back.", done.device(),
                               restored.messages,
                               restored.messages == 1 ? "message" : "messages")));
  env.out.note(done.old_revoked()
                   ? fmt::format("{} is revoked.", done.old_device())
                   : fmt::format("{} still has access; end it with `sealpost device revoke`.",
                                 done.old_device()));
  return {};
}

// How many there are the relay tells nobody but the device itself.
void tell_of_drop(Env& env, const std::string& old_device) {
  env.out.warn(
      fmt::format("messages that {} has not fetched are dropped with it, and do not come back; "
                  "their senders see `dropped`",
                  old_device));
}

base::Result<std::optional<crypto::SecretBytes>> invitation_of(const Options& options, Env& env) {
  if (options.invitation.empty()) return std::optional<crypto::SecretBytes>();
  TRY(crypto::SecretBytes given, read_invitation(options.invitation, env));
  return std::optional(std::move(given));
}

base::Result<void> run_restore(const Options& options, Env& env) {
  TRY(const vault::Tuning tuning, tuning_of(options.kdf));
  TRY(const crypto::SecretBytes passphrase, passphrase_of(options, env));
  const flow::OpenBackup open = opener(options.file);
  TRY(const flow::BackupFacts facts, flow::examine_backup(open, passphrase.expose()));
  TRY(const config::Profile profile, joining_profile(env, facts.device.profile.user));
  flow::Context context = context_of(env);
  flow::Continuation restoring(
      {open, passphrase.expose(), facts.device, [&] { return invitation_of(options, env); },
       new_device_name(options, facts.device), options.keep_old,
       [&](const std::string& old_device) { tell_of_drop(env, old_device); }},
      context);
  const auto fill = [&](vault::Vault& vault) { return restoring.run(vault); };
  const auto keep = [&](const vault::Vault& vault) { return restoring.keeps(vault); };
  if (vault::Vault::exists(profile.vault())) {
    TRY(OpenVault open_again, open_vault(env, profile));
    TRY(fill(open_again.vault));
  } else {
    TRY(create_vault(env, profile, tuning, fill, keep));
  }
  return print(env, profile.name, restoring);
}

}  // namespace

void add_key_restore(CLI::App& key, Env& env) {
  auto [verb, options] = add_verb<Options>(
      key, env, "restore", "Join as a new device, with everything from a backup", run_restore);
  verb.add_option("FILE", options.file, "The backup")->required();
  never_empty(verb.add_option("--backup-passphrase-file", options.passphrase_file,
                              "File with the passphrase of the backup (default: ask)"))
      ->type_name("FILE");
  never_empty(verb.add_option("--invitation", options.invitation,
                              "Join with this one instead of the backup's; - is standard input"))
      ->type_name("FILE");
  never_empty(
      verb.add_option("--device", options.device, "Name of the new device (default: this host's)"));
  verb.add_flag("--keep-old", options.keep_old, "Leave the old device its access");
  add_kdf_options(verb, options.kdf);
}

}  // namespace sealpost::cmd
