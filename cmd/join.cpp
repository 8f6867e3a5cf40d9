// sealpost join: become a member with an invitation.
#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "base/file.hpp"
#include "cmd/kdf.hpp"
#include "cmd/opened.hpp"
#include "cmd/session.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/enrol.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kMaxToken = 64 << 10;  // bytes

struct Options {
  std::string source;
  std::string device;
  KdfOptions kdf;
};

base::Result<crypto::SecretBytes> ask_token(Env& env) {
  crypto::SecretBytes typed(kMaxToken);
  auto out = typed.expose_mutable();
  TRY(const std::size_t length,
      env.terminal.read_secret("Invitation: ", {reinterpret_cast<char*>(out.data()), out.size()}));
  typed.truncate(length);
  return typed;
}

base::Result<crypto::SecretBytes> read_token(const Options& options, Env& env) {
  if (options.source.empty()) {
    if (env.terminal.can_prompt()) return ask_token(env);
    return base::Error{base::Code::kUsage, "there is no invitation",
                       "give a file, or - for standard input"};
  }
  base::Fd file;
  if (options.source != "-") {
    TRY(file, base::open_read(options.source));
  }
  TRY(base::Bytes bytes, base::read_fd(file ? file.get() : STDIN_FILENO, kMaxToken));
  crypto::SecretBytes token{base::ByteView(bytes)};
  crypto::wipe(bytes);
  return token;
}

// The profile to join into: a new one, or one in which an earlier try was cut off.
base::Result<config::Profile> profile_for(Env& env, const std::string& user) {
  auto fresh = new_profile(env, user);
  if (fresh || fresh.error().code != base::Code::kConflict) return fresh;
  TRY(const config::Locations locations, config::locate(env.variable));
  return config::profile_named(locations, env.globals.profile.empty() ? user : env.globals.profile);
}

base::Result<void> run_join(const Options& options, Env& env) {
  TRY(const vault::Tuning tuning, tuning_of(options.kdf));
  TRY(const crypto::SecretBytes typed, read_token(options, env));
  TRY(const trust::InvitationToken token, trust::parse_token(typed.expose_text()));
  TRY(const trust::Invitation invitation, flow::invitation_of(token));
  TRY(const config::Profile profile, profile_for(env, invitation.user));
  const std::string device = options.device.empty() ? default_device() : options.device;
  flow::Context context = context_of(env);
  const auto fill = [&](vault::Vault& vault) { return flow::join(vault, token, device, context); };
  if (vault::Vault::exists(profile.vault())) {
    TRY(vault::Vault vault, open_vault(env, profile));
    TRY(fill(vault));
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
                             {"profile", profile.name}});
  }
  TRY(env.out.line(fmt::format("Joined {} as {} ({}) on this device, {}.", token.root.name(),
                               invitation.user, trust::role_name(invitation.role), device)));
  env.out.note(fmt::format("The organisation's root key, pinned now: {}", token.root.vkey()));
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
