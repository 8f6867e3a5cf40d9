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
#include "flow/authority.hpp"
#include "flow/backup.hpp"
#include "flow/enrol.hpp"

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

base::Result<crypto::SecretBytes> invitation_for(const Options& options, Env& env,
                                                 const flow::BackedDevice& device) {
  if (!options.invitation.empty()) return read_invitation(options.invitation, env);
  if (!device.invitation.empty()) return device.invitation.clone();
  return base::Error{base::Code::kDenied, "there is no invitation in the backup",
                     "add --invitation FILE: an admin makes one, or another device of yours with "
                     "`sealpost device invite`"};
}

std::string new_device_name(const Options& options, const flow::BackedDevice& device) {
  if (!options.device.empty()) return options.device;
  std::string name = default_device();
  return name == device.profile.device ? name + "-2" : name;
}

struct Ended {
  std::string device;  // full name
  bool revoked = false;
};

// One restoring, from the vault on. What it has done already is not done again.
struct Restoring {
  const Options& options;
  Env& env;
  const flow::BackedDevice& backed;
  const flow::OpenBackup& open;
  base::ByteView passphrase;
  bool joined = false;
  std::string device = {};  // full name
  flow::Restored restored = {};
  Ended old = {};

  base::Result<void> run(vault::Vault& vault) {
    TRY(join(vault));
    joined = true;
    TRY(flow::Installation installation, flow::Installation::load(vault));
    device = installation.name().str();
    TRY(restored, flow::restore_backup(installation, open, passphrase));
    return end_old(installation);
  }

 private:
  base::Result<void> join(vault::Vault& vault) {
    TRY(const bool fresh, flow::Installation::is_fresh(vault));
    TRY(const bool unfinished, flow::may_be_enrolled(vault));
    if (!fresh && !unfinished) return {};
    TRY(const crypto::SecretBytes typed, invitation_for(options, env, backed));
    TRY(const trust::InvitationToken token, trust::parse_token(typed.expose_text()));
    flow::Context context = context_of(env);
    auto done = flow::join(vault, token, new_device_name(options, backed), context);
    if (done || !options.invitation.empty()) return done;
    base::Error error = std::move(done).error();
    error.hint =
        "a backup's own invitation is good once, and for 30 days; with another: "
        "--invitation FILE";
    return error;
  }

  base::Result<void> end_old(flow::Installation& installation) {
    const trust::DeviceName name{installation.chain().organisation(), backed.profile.user,
                                 backed.profile.device};
    old = Ended{name.str()};
    if (options.keep_old || name == installation.name()) return {};
    flow::Context context = context_of(env);
    auto ending = flow::revoke_device(installation, name, "restored from a backup", context);
    if (!ending) {
      return base::with_context(std::move(ending).error(),
                                "everything is restored, but the old device is not revoked");
    }
    old.revoked = true;
    return {};
  }
};

base::Result<void> print(Env& env, const std::string& profile, const Restoring& done) {
  const flow::Restored& restored = done.restored;
  const Ended& old = done.old;
  if (env.out.json()) {
    return env.out.document({{"type", "restored"},
                             {"device", done.device},
                             {"profile", profile},
                             {"messages", restored.messages},
                             {"known", restored.known},
                             {"old_device", old.device},
                             {"old_device_revoked", old.revoked}});
  }
  TRY(env.out.line(fmt::format("This device is {} now; {} messages came back.", done.device,
                               restored.messages)));
  env.out.note(
      old.revoked
          ? fmt::format("{} is revoked.", old.device)
          : fmt::format("{} still has access; end it with `sealpost device revoke`.", old.device));
  return {};
}

base::Result<void> run_restore(const Options& options, Env& env) {
  TRY(const vault::Tuning tuning, tuning_of(options.kdf));
  TRY(const crypto::SecretBytes passphrase, passphrase_of(options, env));
  const flow::OpenBackup open = opener(options.file);
  TRY(const flow::BackupFacts facts, flow::examine_backup(open, passphrase.expose()));
  TRY(const config::Profile profile, joining_profile(env, facts.device.profile.user));
  Restoring restoring{options, env, facts.device, open, passphrase.expose()};
  const auto fill = [&](vault::Vault& vault) { return restoring.run(vault); };
  const auto keep = [&](const vault::Vault& vault) -> base::Result<bool> {
    return restoring.joined ? base::Result<bool>(true) : flow::may_be_enrolled(vault);
  };
  if (vault::Vault::exists(profile.vault())) {
    TRY(vault::Vault vault, open_vault(env, profile));
    TRY(fill(vault));
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
