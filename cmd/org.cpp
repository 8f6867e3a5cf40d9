// sealpost org: the steps of `setup` one by one, for relays on another host.
#include <fmt/format.h>

#include "cmd/kdf.hpp"
#include "cmd/opened.hpp"
#include "cmd/org_recovery.hpp"
#include "cmd/org_skip.hpp"
#include "cmd/session.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/found.hpp"

namespace sealpost::cmd {
namespace {

struct InitOptions {
  std::string organisation;
  std::string user;
  std::string device;
  KdfOptions kdf;
};

base::Result<void> run_init(const InitOptions& options, Env& env) {
  TRY(const vault::Tuning tuning, tuning_of(options.kdf));
  TRY(const config::Profile profile, new_profile(env, options.user));
  const std::string device = options.device.empty() ? default_device() : options.device;
  flow::Context context = context_of(env);
  std::string root;
  TRY(create_vault(
      env, profile, tuning,
      [&](vault::Vault& vault) -> base::Result<void> {
        TRY(flow::found_organisation(vault, options.organisation, options.user, device, context));
        TRY(const flow::Installation installation, flow::Installation::load(vault));
        root = installation.chain().root().vkey();
        return {};
      },
      nothing_elsewhere));
  if (env.out.json()) {
    return env.out.document({{"type", "organisation"},
                             {"organisation", options.organisation},
                             {"root", root},
                             {"profile", profile.name},
                             {"url", ""},
                             {"pin", ""}});
  }
  TRY(env.out.fields(
      {{"organisation", options.organisation}, {"root", root}, {"profile", profile.name}}));
  return env.out.block(
      fmt::format("\nOn the relay's host, then here:\n"
                  "  sealpost relay init --dir DIR --org {} --listen ADDR:PORT --url URL\n"
                  "  sealpost relay serve --dir DIR\n"
                  "  sealpost org connect URL --pin sha256//...\n",
                  root));
}

struct ShowOptions {
  bool vkey = false;
};

base::Result<void> run_show(const ShowOptions& options, Env& env) {
  TRY(const Opened opened, open_installation(env));
  const flow::Installation& installation = opened.installation;
  const std::string root = installation.chain().root().vkey();
  if (options.vkey && !env.out.json()) return env.out.line(root);
  const flow::Profile& profile = installation.profile();
  const auto& relay = installation.chain().relay();
  const std::string log = relay ? relay->log.vkey() : "";
  if (env.out.json()) {
    return env.out.document({{"type", "organisation"},
                             {"organisation", installation.chain().organisation()},
                             {"root", root},
                             {"profile", opened.profile.name},
                             {"url", profile.url},
                             {"pin", profile.pin},
                             {"log", log},
                             {"trust", installation.chain().size()},
                             {"log_size", installation.checkpoint().size}});
  }
  return env.out.fields({{"organisation", installation.chain().organisation()},
                         {"root", root},
                         {"relay", profile.url},
                         {"pin", profile.pin},
                         {"log", log},
                         {"trust entries", fmt::format("{}", installation.chain().size())},
                         {"log seen", fmt::format("{} events", installation.checkpoint().size)}});
}

struct ConnectOptions {
  std::string url;
  std::string pin;
};

base::Result<void> run_connect(const ConnectOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(flow::connect_relay(opened.installation, options.url, options.pin, context));
  if (env.out.json()) {
    return env.out.document({{"type", "organisation"},
                             {"organisation", opened.installation.chain().organisation()},
                             {"root", opened.installation.chain().root().vkey()},
                             {"profile", opened.profile.name},
                             {"url", options.url},
                             {"pin", options.pin}});
  }
  return env.out.line(fmt::format("{} is the relay of {} now", options.url,
                                  opened.installation.chain().organisation()));
}

}  // namespace

void add_org(CLI::App& app, Env& env) {
  CLI::App& org = add_group(
      app, "org", "Found an organisation, show it, connect its relay, keep its root key safe");
  auto [init, init_options] =
      add_verb<InitOptions>(org, env, "init", "Make an organisation's root key", run_init);
  init.add_option("ORGANISATION", init_options.organisation, "Its name, like mercy.example")
      ->required();
  init.add_option("--user", init_options.user, "Your user id: you become the owner")->required();
  init.add_option("--device", init_options.device, "Name of this device (default: this host's)");
  add_kdf_options(init, init_options.kdf);

  auto [show, show_options] =
      add_verb<ShowOptions>(org, env, "show", "Show the organisation of this profile", run_show);
  show.add_flag("--vkey", show_options.vkey, "Print the root's public key alone");

  auto [connect, connect_options] = add_verb<ConnectOptions>(
      org, env, "connect", "Sign a relay as the organisation's own", run_connect);
  connect.add_option("URL", connect_options.url, "Of the relay")->required();
  connect.add_option("--pin", connect_options.pin,
                     "Hash of the relay's TLS key, as `relay init` prints it");
  add_org_recovery(org, env);
  add_org_skip(org, env);
}

}  // namespace sealpost::cmd
