// sealpost setup: organisation, relay and their mutual trust on one machine, in one step.
#include <fmt/format.h>

#include "cmd/kdf.hpp"
#include "cmd/opened.hpp"
#include "cmd/session.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "config/config.hpp"
#include "flow/found.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string organisation;
  std::string user;
  std::string device;
  std::string listen = "127.0.0.1:8443";
  std::string url;
  std::string relay_dir;
  KdfOptions kdf;
};

base::Result<std::filesystem::path> relay_folder(const Options& options, const Env& env) {
  if (!options.relay_dir.empty()) return std::filesystem::absolute(options.relay_dir);
  TRY(const config::Locations locations, config::locate(env.variable));
  return locations.data_folder / ("relay-" + options.organisation);
}

base::Result<void> print(const Options& options, Env& env, const config::Profile& profile,
                         const std::string& root, const std::filesystem::path& folder,
                         const flow::LocalFacts& facts) {
  if (env.out.json()) {
    return env.out.document({{"type", "setup"},
                             {"organisation", options.organisation},
                             {"root", root},
                             {"profile", profile.name},
                             {"user", options.user},
                             {"relay_dir", folder.string()},
                             {"url", facts.url},
                             {"pin", facts.pin}});
  }
  TRY(env.out.fields({{"organisation", options.organisation},
                      {"root", root},
                      {"profile", profile.name},
                      {"relay", facts.url},
                      {"relay folder", folder.string()},
                      {"pin", facts.pin}}));
  return env.out.block(
      fmt::format("\nNow start the relay, and invite the first member:\n"
                  "  sealpost relay serve --dir {}\n"
                  "  sealpost member invite dr.lee --role member\n",
                  folder.string()));
}

base::Result<void> run_setup(const Options& options, Env& env) {
  TRY(const vault::Tuning tuning, tuning_of(options.kdf));
  TRY(const std::filesystem::path folder, relay_folder(options, env));
  TRY(const config::Profile profile, new_profile(env, options.user));
  const std::string device = options.device.empty() ? default_device() : options.device;
  const std::string url = options.url.empty() ? "https://" + options.listen : options.url;
  flow::Context context = context_of(env);
  flow::LocalFacts facts;
  std::string root;
  TRY(create_vault(
      env, profile, tuning,
      [&](vault::Vault& vault) -> base::Result<void> {
        TRY(flow::found_organisation(vault, options.organisation, options.user, device, context));
        TRY(flow::Installation installation, flow::Installation::load(vault));
        const bool plain = url.starts_with("http://");
        TRY(facts,
            flow::found_local_relay(installation, {folder, options.listen, url, plain}, context));
        root = installation.chain().root().vkey();
        return {};
      },
      nothing_elsewhere));
  return print(options, env, profile, root, folder, facts);
}

}  // namespace

void add_setup(CLI::App& app, Env& env) {
  auto [verb, options] = add_verb<Options>(
      app, env, "setup", "Found an organisation with its relay on this machine", run_setup);
  verb.add_option("ORGANISATION", options.organisation, "Its name, like mercy.example")->required();
  verb.add_option("--user", options.user, "Your user id: you become the owner")->required();
  verb.add_option("--device", options.device, "Name of this device (default: this host's)");
  verb.add_option("--listen", options.listen, "Where the relay listens (default 127.0.0.1:8443)");
  verb.add_option("--url", options.url, "How members reach the relay (default: https://LISTEN)");
  verb.add_option("--relay-dir", options.relay_dir, "The relay's folder, made by this command");
  add_kdf_options(verb, options.kdf);
}

}  // namespace sealpost::cmd
