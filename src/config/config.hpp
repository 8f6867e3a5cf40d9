// The configuration file and the profiles, as sealpost-config(5) describes them.
//
// A key is an option's long name, behind its verb and a dot unless it is global: "quiet",
// "send.purpose", "receipt.list.older-than". Which keys exist is told by the caller, who knows the
// options; any other key is an error that names its line. A known key "a.b.*" stands for every key
// that begins with "a.b.". Values are strings, whole numbers or booleans. Objects are values, safe
// to read from several threads.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sealpost::config {

// A variable of the environment; nothing when it is unset or empty.
using Variable = std::function<std::optional<std::string>(const std::string&)>;

// Where things lie: $SEALPOST_HOME/config.toml and $SEALPOST_HOME/NAME, or else
// $XDG_CONFIG_HOME/sealpost/config.toml and $XDG_DATA_HOME/sealpost/NAME, or else the same under
// ~/.config and ~/.local/share. Paths are absolute. kUsage when no variable says where.
struct Locations {
  std::filesystem::path config_file;
  std::filesystem::path data_folder;
};
base::Result<Locations> locate(const Variable& variable);

// The key that is none of the options: the profile to use when several exist.
inline constexpr std::string_view kDefaultProfile = "default-profile";

struct Value {
  std::string text;     // true and false for booleans
  std::string profile;  // the profile's section it stands in; empty for the general part
  std::size_t line = 0;
};

class Config {
 public:
  // An absent file is an empty configuration. kMalformed with file and line.
  static base::Result<Config> load(const std::filesystem::path& file,
                                   const std::set<std::string>& known_keys);
  static base::Result<Config> parse(std::string_view text, const std::string& file,
                                    const std::set<std::string>& known_keys);

  // The profile's own value, or else the general one.
  std::optional<Value> find(const std::string& profile, const std::string& key) const;
  // All keys that begin with `prefix`: those of the profile, or else, when it has none, the general
  // ones.
  std::map<std::string, Value> find_all(const std::string& profile, std::string_view prefix) const;

 private:
  std::map<std::string, std::map<std::string, Value>> sections_;  // "" is the general part
};

// Writes or removes default-profile and leaves every other byte of the file as it was. Creates the
// file (0600) where there is none. kMalformed when the file cannot be read as TOML.
base::Result<void> write_default_profile(const std::filesystem::path& file,
                                         const std::optional<std::string>& name);

}  // namespace sealpost::config
