#include "config/profile.hpp"

#include <algorithm>
#include <system_error>

namespace sealpost::config {
namespace {

constexpr std::size_t kLongestName = 64;

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_profile(const Profile& profile) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(profile.vault(), ignored) ||
         std::filesystem::is_regular_file(profile.wipe_order(), ignored);
}

std::string names_of(const std::vector<Profile>& profiles) {
  std::string names;
  for (const Profile& profile : profiles) names += (names.empty() ? "" : ", ") + profile.name;
  return names;
}

base::Error no_such(std::string_view name, const std::vector<Profile>& others) {
  return {base::Code::kNotFound, "there is no profile \"" + std::string(name) + "\"",
          others.empty() ? "`sealpost setup` or `sealpost join` makes one"
                         : "there is: " + names_of(others)};
}

}  // namespace

bool is_profile_name(std::string_view text) {
  if (text.empty() || text.size() > kLongestName || text == "config.toml") return false;
  if (!is_alphanumeric(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; });
}

base::Result<Profile> profile_named(const Locations& locations, std::string_view name) {
  if (!is_profile_name(name)) {
    return base::Error{base::Code::kUsage, "\"" + std::string(name) + "\" is no profile name",
                       "use lower-case letters, digits, dots, dashes and underscores"};
  }
  return Profile{std::string(name), locations.data_folder / name};
}

base::Result<std::vector<Profile>> list_profiles(const Locations& locations) {
  std::vector<Profile> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at(locations.data_folder, error), end;
       !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!is_profile_name(name)) continue;
    Profile profile{name, at->path()};
    if (is_profile(profile)) found.push_back(std::move(profile));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return base::Error{
        error == std::errc::permission_denied ? base::Code::kDenied : base::Code::kInternal,
        "cannot list " + locations.data_folder.string() + ": " + error.message(), ""};
  }
  std::sort(found.begin(), found.end(),
            [](const Profile& a, const Profile& b) { return a.name < b.name; });
  return found;
}

base::Result<Profile> choose_profile(const Locations& locations, std::string_view requested,
                                     std::string_view preferred) {
  TRY(const std::vector<Profile> all, list_profiles(locations));
  const std::string_view name = requested.empty() ? preferred : requested;
  if (!name.empty()) {
    TRY(Profile profile, profile_named(locations, name));
    if (!is_profile(profile)) return no_such(name, all);
    return profile;
  }
  if (all.empty()) {
    return base::Error{base::Code::kNotFound, "sealpost is not set up for this user",
                       "`sealpost setup` founds an organisation, `sealpost join` enters one"};
  }
  if (all.size() > 1) {
    return base::Error{base::Code::kUsage, "there are several profiles: " + names_of(all),
                       "choose one with --profile NAME, SEALPOST_PROFILE or `sealpost profile "
                       "default NAME`"};
  }
  return all.front();
}

}  // namespace sealpost::config
