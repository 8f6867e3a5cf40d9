// sealpost join: become a member with an invitation.
#include <fmt/format.h>
#include "cmd/joining.hpp"
#include "cmd/kdf.hpp"
#include "cmd/opened.hpp"
#include "cmd/session.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/enrol.hpp"
#include "flow/register_keys.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string source;
  std::string device;
  KdfOptions kdf;
};

// What of the organisation's register this device cannot read yet.
struct Register {
  bool waits = false;
  std::vector<std::string> from;  // devices that may send the key
  std::string how;
};

base::Result<Register> register_of(vault::Vault& vault, base::Time now) {
  TRY(const flow::Installation installation, flow::Installation::load(vault));
  Register found;
  TRY(found.waits, flow::waits_for_register(installation, now));
  if (!found.waits) return found;
  found.from = flow::register_key_senders(installation, now);
  found.how = flow::how_the_key_comes(installation, now);
  return found;
}

base::Result<void> run_join(const Options& options, Env& env) {
  TRY(const vault::Tuning tuning, tuning_of(options.kdf));
  TRY(const crypto::SecretBytes typed, read_invitation(options.source, env));
  TRY(const trust::InvitationToken token, trust::parse_token(typed.expose_text()));
  TRY(const trust::Invitation invitation, flow::invitation_of(token));
  TRY(const config::Profile profile, joining_profile(env, invitation.user));
  const std::string device = options.device.empty() ? default_device() : options.device;
  flow::Context context = context_of(env);
  Register shared;
  const auto fill = [&](vault::Vault& vault) -> base::Result<void> {
    TRY(flow::join(vault, token, device, context));
    TRY(shared, register_of(vault, env.clock.now()));
    return {};
  };
  if (vault::Vault::exists(profile.vault())) {
    TRY(OpenVault open, open_vault(env, profile));
    TRY(fill(open.vault));
  } else {
    TRY(create_vault(env, profile, tuning, fill, flow::may_be_enrolled));
  }
  if (env.out.json()) {
    return env.out.document({{"type", "joined"},
                             {"organisation", token.root.name()},
                             {"root", token.root.vkey()},
                             {"user", invitation.user},
                             {"device", device},
                             {"role", trust::role_name(invitation.role)},
                             {"profile", profile.name},
                             {"waits_for_register", shared.waits},
                             {"register_from", shared.from}});
  }
  TRY(env.out.line(fmt::format("Joined {} as {} ({}) on this device, {}.", token.root.name(),
                               invitation.user, trust::role_name(invitation.role), device)));
  env.out.note(fmt::format("The organisation's root key, pinned now: {}", token.root.vkey()));
  if (shared.waits) env.out.note("The key of the organisation's register: " + shared.how + ".");
  return {};
}

}  // namespace

void add_join(CLI::App& app, Env& env) {
  auto [verb, options] =
      add_verb<Options>(app, env, "join", "Become a member with an invitation", run_join);
  verb.add_option("INVITATION", options.source,
                  "File with the invitation, - for standard input (default: ask)");
  verb.add_option("--device", options.device, "Name of this device (default: this host's)");
  add_kdf_options(verb, options.kdf);
}

}  // namespace sealpost::cmd
