// sealpost config show
#include <CLI/App.hpp>

#include "cmd/session.hpp"
#include "cmd/settings.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  CLI::App* root = nullptr;  // borrowed: it holds every option there is
  bool all = false;
};

struct Shown {
  std::string key;
  std::string value;
  std::string origin;  // flag, environment, profile, config or default
  std::string where;   // the variable, or the line
};

std::string line_of(const config::Value& value) { return "line " + std::to_string(value.line); }

std::string default_of(const CLI::Option& option) {
  const std::string text = option.get_default_str();
  return text == "[]" || text == "{}" ? "" : text;  // how CLI11 writes an empty list
}

// The first that says something, in the order in which they count.
Shown look_up(const Env& env, const std::string& profile, const Setting& setting) {
  const bool given = setting.option->count() > 0;
  const std::string text = given ? setting.option->results().front() : std::string();
  if (const auto variable = env.variable(setting.variable)) {
    if (!given || text == *variable || setting.option->get_expected_min() == 0) {
      return {setting.key, *variable, "environment", setting.variable};
    }
  }
  const auto value = env.config.find(profile, setting.key);
  if (given && !(value && value->text == text)) return {setting.key, text, "flag", ""};
  if (!value) return {setting.key, default_of(*setting.option), "default", ""};
  if (value->profile.empty()) return {setting.key, value->text, "config", line_of(*value)};
  return {setting.key, value->text, "profile", value->profile + ", " + line_of(*value)};
}

base::Result<std::vector<Shown>> places(const Env& env, const std::string& profile) {
  TRY(const config::Locations locations, config::locate(env.variable));
  const char* origin = env.variable("SEALPOST_HOME") ? "environment" : "default";
  const char* where = env.variable("SEALPOST_HOME") ? "SEALPOST_HOME" : "";
  const auto preferred = env.config.find("", std::string(config::kDefaultProfile));
  std::vector<Shown> shown{
      {"config-file", locations.config_file.string(), origin, where},
      {"data-folder", locations.data_folder.string(), origin, where},
  };
  if (preferred) {
    shown.push_back(
        {std::string(config::kDefaultProfile), preferred->text, "config", line_of(*preferred)});
  }
  if (!profile.empty() && env.globals.profile.empty()) {
    const bool is_preferred = preferred && preferred->text == profile;
    shown.push_back({"profile", profile, is_preferred ? "config" : "default",
                     is_preferred ? line_of(*preferred) : "the only one"});
  }
  return shown;
}

// Gateways put tokens into headers, bodies and paths, too.
std::string without_secrets(const std::string& key, const std::string& value) {
  if (key.find(".header.") != std::string::npos || key.ends_with(".body")) return "(not shown)";
  if (!key.ends_with(".url")) return value;
  const std::size_t host = value.find("://");
  const std::size_t path = value.find('/', host == std::string::npos ? 0 : host + 3);
  return path == std::string::npos ? value : value.substr(0, path) + "/...";
}

// What the configuration says of notices has no options.
void add_notices(const Env& env, const std::string& profile, std::vector<Shown>& shown) {
  for (const char* part : {"notify.organisation", "notify.sms.", "notify.email."}) {
    for (const auto& [key, value] : env.config.find_all(profile, part)) {
      const bool general = value.profile.empty();
      shown.push_back({key, without_secrets(key, value.text), general ? "config" : "profile",
                       (general ? "" : value.profile + ", ") + line_of(value)});
    }
  }
}

base::Result<void> print(const Env& env, const std::vector<Shown>& all) {
  std::vector<ui::Row> rows;
  for (const Shown& shown : all) {
    if (env.out.json()) {
      text::OrderedJson document{{"type", "setting"},
                                 {"key", shown.key},
                                 {"value", shown.value},
                                 {"origin", shown.origin}};
      if (!shown.where.empty()) document["where"] = shown.where;
      TRY(env.out.document(document));
    }
    rows.push_back({shown.key, shown.value,
                    shown.where.empty() ? shown.origin : shown.origin + " (" + shown.where + ")"});
  }
  return env.out.json() ? base::Result<void>() : env.out.table({"KEY", "VALUE", "ORIGIN"}, rows);
}

base::Result<void> run_show(const Options& options, Env& env) {
  const std::string profile = settings_profile(env);
  TRY(std::vector<Shown> shown, places(env, profile));
  for (const Setting& setting : all_settings(*options.root)) {
    Shown found = look_up(env, profile, setting);
    if (options.all || found.origin != "default" || !found.value.empty()) {
      shown.push_back(std::move(found));
    }
  }
  add_notices(env, profile, shown);
  return print(env, shown);
}

}  // namespace

void add_config(CLI::App& app, Env& env) {
  CLI::App& group = add_group(app, "config", "Show the settings and where they come from");
  auto [verb, options] =
      add_verb<Options>(group, env, "show", "Print each setting with its origin", run_show);
  options.root = &app;
  verb.add_flag("--all", options.all, "Also the settings that nothing sets");
}

}  // namespace sealpost::cmd
