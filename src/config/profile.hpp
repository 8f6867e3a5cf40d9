// Profiles: one profile is one folder with one vault, one device of one organisation. Pure, apart
// from looking at the data folder.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace sealpost::config {

struct Profile {
  std::string name;
  std::filesystem::path folder;
  std::filesystem::path vault() const { return folder / "vault.db"; }
  // Written when the device is ordered wiped; what is left of the profile when it was.
  std::filesystem::path wipe_order() const { return folder / "wipe" / "order"; }
};

// Lower-case letters, digits, dots, dashes and underscores, starting with a letter or digit, at
// most 64 bytes; not "config.toml", which may lie beside the profiles.
bool is_profile_name(std::string_view text);

// The profile of that name, whether it exists or not; kUsage for what is no name.
base::Result<Profile> profile_named(const Locations& locations, std::string_view name);

// All that have a vault, or had one until they were wiped, by name.
base::Result<std::vector<Profile>> list_profiles(const Locations& locations);

// The one to use: `requested` if not empty, else `preferred` (default-profile) if not empty, else
// the only one there is. It has a vault or was wiped. kNotFound when there is none, kUsage when
// there are several.
base::Result<Profile> choose_profile(const Locations& locations, std::string_view requested,
                                     std::string_view preferred);

}  // namespace sealpost::config
