#include "cmd/settings.hpp"

#include <CLI/App.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string_view>

#include "cmd/session.hpp"
#include "config/config.hpp"
#include "notify/settings.hpp"

namespace sealpost::cmd {
namespace {

// Recipients, outputs and consent are decided each time (sealpost-config(5)).
constexpr std::array<std::string_view, 9> kDecidedEachTime{
    "help", "version", "yes", "to", "recipient", "recipients-file", "output", "out", "save"};

bool is_setting(const CLI::Option& option) {
  if (option.get_lnames().empty()) return false;
  const std::string_view name = option.get_lnames().front();
  return std::find(kDecidedEachTime.begin(), kDecidedEachTime.end(), name) ==
         kDecidedEachTime.end();
}

std::string variable_of(std::string_view key) {
  std::string name = "SEALPOST_";
  for (const char c : key) {
    const bool lower = c >= 'a' && c <= 'z';
    name += c == '-' || c == '.' ? '_' : static_cast<char>(lower ? c - 'a' + 'A' : c);
  }
  return name;
}

void collect(CLI::App& app, const std::string& prefix, std::vector<Setting>& into) {
  for (CLI::Option* option : app.get_options()) {
    if (!is_setting(*option)) continue;
    const std::string key = prefix + option->get_lnames().front();
    into.push_back({key, variable_of(key), option});
  }
}

void collect_below(CLI::App& app, const std::string& prefix, std::vector<Setting>& into) {
  collect(app, prefix, into);
  for (CLI::App* verb : app.get_subcommands({})) {
    collect_below(*verb, prefix + verb->get_name() + ".", into);
  }
}

// A passphrase's source belongs to a profile, not to every command that takes a passphrase:
// session.cpp looks it up. The profile itself is default-profile.
bool is_looked_up_elsewhere(const std::string& key) {
  return key == "profile" || key.compare(0, 11, "passphrase-") == 0;
}

base::Result<void> fill(const Setting& setting, const config::Value& value) {
  try {
    setting.option->add_result(value.text);
    setting.option->run_callback();
  } catch (const CLI::ParseError&) {
    return base::Error{base::Code::kMalformed,
                       "configuration, line " + std::to_string(value.line) + ": \"" + value.text +
                           "\" is no value for \"" + setting.key + "\"",
                       "see sealpost-config(5)"};
  }
  return {};
}

}  // namespace

std::vector<Setting> all_settings(CLI::App& root) {
  std::vector<Setting> settings;
  collect_below(root, "", settings);
  return settings;
}

std::vector<Setting> chosen_settings(CLI::App& root) {
  std::vector<Setting> settings;
  collect(root, "", settings);
  std::string prefix;
  for (CLI::App* app = &root; !app->get_subcommands().empty();) {
    app = app->get_subcommands().front();
    prefix += app->get_name() + ".";
    collect(*app, prefix, settings);
  }
  return settings;
}

std::vector<std::string> setting_keys(CLI::App& root) {
  std::vector<std::string> keys;
  for (const Setting& setting : all_settings(root)) {
    if (setting.key != "profile") keys.push_back(setting.key);
  }
  return keys;
}

base::Result<void> load_settings(const std::function<std::vector<std::string>()>& keys, Env& env) {
  const auto locations = config::locate(env.variable);
  if (!locations) return {};  // no place for a file, so there is none
  std::error_code unknown;
  const auto file = std::filesystem::status(locations->config_file, unknown);
  if (file.type() == std::filesystem::file_type::not_found) return {};
  std::set<std::string> known = notify::setting_keys();
  const std::vector<std::string> options = keys();
  known.insert(options.begin(), options.end());
  TRY(env.config, config::Config::load(locations->config_file, known));
  return {};
}

base::Result<void> apply_settings(CLI::App& root, Env& env) {
  const std::string profile = settings_profile(env);
  for (const Setting& setting : chosen_settings(root)) {
    if (setting.option->count() > 0 || is_looked_up_elsewhere(setting.key)) continue;
    const auto value = env.config.find(profile, setting.key);
    if (value) {
      TRY(fill(setting, *value));
    }
  }
  return {};
}

std::string settings_profile(const Env& env) {
  if (!env.globals.profile.empty()) return env.globals.profile;
  const auto chosen = choose_profile(env);
  return chosen ? chosen->name : std::string();
}

}  // namespace sealpost::cmd
