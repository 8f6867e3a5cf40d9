// sealpost profile list | default | remove
#include <system_error>

#include "cmd/session.hpp"
#include "cmd/ui/confirm.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"

namespace sealpost::cmd {
namespace {

struct ListOptions {};
struct NameOptions {
  std::string name;
};

std::string default_name(const Env& env) {
  const auto value = env.config.find("", std::string(config::kDefaultProfile));
  return value ? value->text : std::string();
}

base::Result<void> run_list(const ListOptions&, Env& env) {
  TRY(const config::Locations locations, config::locate(env.variable));
  TRY(const std::vector<config::Profile> profiles, config::list_profiles(locations));
  const std::string preferred = default_name(env);
  std::vector<ui::Row> rows;
  for (const config::Profile& profile : profiles) {
    const bool unlocked = agent::ask_state(agent_address(env, profile)).has_value();
    const bool is_default = profile.name == preferred;
    std::error_code ignored;
    const bool wiped = std::filesystem::exists(profile.wipe_order(), ignored);
    if (env.out.json()) {
      TRY(env.out.document({{"type", "profile"},
                            {"name", profile.name},
                            {"default", is_default},
                            {"unlocked", unlocked},
                            {"wiped", wiped},
                            {"folder", profile.folder.string()}}));
    }
    rows.push_back({profile.name, is_default ? "default" : "",
                    wiped ? "wiped" : (unlocked ? "unlocked" : "locked"), profile.folder.string()});
  }
  return env.out.json() ? base::Result<void>()
                        : env.out.table({"PROFILE", "", "VAULT", "FOLDER"}, rows);
}

base::Result<config::Profile> existing(const config::Locations& locations,
                                       const std::string& name) {
  return config::choose_profile(locations, name, "");
}

base::Result<void> run_default(const NameOptions& options, Env& env) {
  TRY(const config::Locations locations, config::locate(env.variable));
  TRY(const config::Profile profile, existing(locations, options.name));
  TRY(config::write_default_profile(locations.config_file, profile.name));
  if (env.out.json()) {
    return env.out.document({{"type", "profile-default"}, {"name", profile.name}});
  }
  env.out.note(profile.name + " is the default profile now");
  return {};
}

base::Result<void> remove_folder(const config::Profile& profile) {
  std::error_code error;
  std::filesystem::remove_all(profile.folder, error);
  if (!error) return {};
  return base::Error{base::Code::kInternal,
                     "cannot remove " + profile.folder.string() + ": " + error.message(), ""};
}

base::Result<void> run_remove(const NameOptions& options, Env& env) {
  TRY(const config::Locations locations, config::locate(env.variable));
  TRY(const config::Profile profile, existing(locations, options.name));
  TRY(ui::confirm(env.terminal, env.globals,
                  "Remove " + profile.folder.string() +
                      " with its keys and messages? Nothing brings them back."));
  // An agent that does not answer cannot keep the profile alive; it ends with its folder.
  const auto locked = agent::lock(agent_address(env, profile));
  static_cast<void>(locked);
  TRY(remove_folder(profile));
  if (default_name(env) == profile.name) {
    TRY(config::write_default_profile(locations.config_file, std::nullopt));
  }
  if (env.out.json()) {
    return env.out.document({{"type", "profile-removed"}, {"name", profile.name}});
  }
  env.out.note(profile.name +
               " is removed; its device stays in the organisation until an admin "
               "revokes it");
  return {};
}

void add_name(Verb verb, NameOptions& options) {
  verb.add_option("NAME", options.name, "The profile")->required();
}

}  // namespace

void add_profile(CLI::App& app, Env& env) {
  CLI::App& group = add_group(app, "profile", "List, choose and remove profiles");
  add_verb<ListOptions>(group, env, "list", "List the profiles", run_list);
  auto chosen =
      add_verb<NameOptions>(group, env, "default", "Use this profile from now on", run_default);
  add_name(chosen.verb, chosen.options);
  auto removed =
      add_verb<NameOptions>(group, env, "remove", "Delete a profile and its vault", run_remove);
  add_name(removed.verb, removed.options);
}

}  // namespace sealpost::cmd
