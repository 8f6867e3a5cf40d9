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
inline constexpr std::string_view kAsksConsent = "required";

struct Setting {
  std::string key;    // "purpose.billing", "purpose.billing.max-body", "max-body"
  std::string value;  // as it would be typed
  bool is_default = false;
};

// Every key that has a value, purposes first and also those of the default policy that are gone. A
// purpose's own limits come behind it when they are set.
std::vector<Setting> settings_of(const Policy& policy);
// kUsage for a key that does not exist, naming the nearest.
base::Result<std::string> setting_of(const Policy& policy, std::string_view key);
// The policy with one setting changed; an empty value or "none" takes back what was set: a purpose
// goes, a limit ends, what every policy has returns to its default. Only of
// purpose.NAME.consent "none" is a value: it exempts the purpose. kUsage when key or value is not
// one, `roles` being the names of all roles.
base::Result<Policy> with_setting(Policy policy, std::string_view key, std::string_view value,
                                  std::span<const std::string_view> roles);

}  // namespace sealpost::policy
