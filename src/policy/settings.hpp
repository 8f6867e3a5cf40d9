// The policy as people read and change it: settings by key, in the words of sealpost-policy(1).
// Pure, thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.hpp"

namespace sealpost::policy {

inline constexpr std::string_view kUnset = "none";       // no such purpose, no limit
inline constexpr std::string_view kEverySender = "any";  // of a purpose

struct Setting {
  std::string key;    // "purpose.billing", "max-body"
  std::string value;  // as it would be typed
  bool is_default = false;
};

// Every key that has a value, purposes first and also those of the default policy that are gone.
std::vector<Setting> settings_of(const Policy& policy);
// kUsage for a key that does not exist, naming the nearest.
base::Result<std::string> setting_of(const Policy& policy, std::string_view key);
// The policy with one setting changed; an empty value or "none" takes back what was set: a purpose
// goes, a limit ends, what every policy has returns to its default. kUsage when key or value is not
// one, `roles` being the names of all roles.
base::Result<Policy> with_setting(Policy policy, std::string_view key, std::string_view value,
                                  std::span<const std::string_view> roles);

}  // namespace sealpost::policy
