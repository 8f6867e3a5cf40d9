#include "policy/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "policy/nearest.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::policy {
namespace {

using base::Code;
using base::Error;
using base::milliseconds;
using base::Result;
using Roles = std::span<const std::string_view>;

constexpr std::string_view kPurpose = "purpose.";
constexpr std::string_view kHold = "yes";
constexpr std::size_t kShownKey = 64;  // bytes of what was typed

Error usage(std::string text, std::string hint = "") {
  return {Code::kUsage, std::move(text), std::move(hint)};
}

std::string quoted(std::string_view typed) {
  return "\"" + text::for_terminal(typed.substr(0, kShownKey)) + "\"";
}

bool unsets(std::string_view value) { return value.empty() || value == kUnset; }

std::string joined(const std::vector<std::string>& roles, std::string_view when_empty) {
  return roles.empty() ? std::string(when_empty) : fmt::format("{}", fmt::join(roles, ","));
}

std::string format_limit(const std::optional<milliseconds>& limit) {
  return limit ? text::format_span(*limit) : std::string(kUnset);
}

Result<milliseconds> parse_limit(std::string_view key, std::string_view value) {
  auto span = text::parse_span(value);
  if (span) return span;
  return usage(fmt::format("{}: {}", key, span.error().text), span.error().hint);
}

Result<std::vector<std::string>> parse_roles(std::string_view value, Roles roles) {
  std::vector<std::string> out;
  for (const std::string_view word : base::split(value, ',')) {
    if (std::find(roles.begin(), roles.end(), word) == roles.end()) {
      return usage(fmt::format("there is no role {}", quoted(word)),
                   fmt::format("one of: {}; separated by commas", fmt::join(roles, ", ")));
    }
    if (std::find(out.begin(), out.end(), word) == out.end()) out.emplace_back(word);
  }
  return out;
}

// One key besides the purposes: how it reads, and how it is changed; an empty value unsets it.
struct Key {
  std::string_view name;
  std::string (*read)(const Policy&);
  Result<void> (*change)(Policy&, std::string_view value, Roles roles);
};

template <milliseconds Policy::*Member>
Result<void> change_span(Policy& policy, std::string_view key, std::string_view value) {
  if (value.empty()) {
    policy.*Member = default_policy().*Member;
    return {};
  }
  TRY(policy.*Member, parse_limit(key, value));
  return {};
}

template <std::optional<milliseconds> Policy::*Member>
Result<void> change_limit(Policy& policy, std::string_view key, std::string_view value) {
  (policy.*Member).reset();
  if (value.empty()) return {};
  TRY(policy.*Member, parse_limit(key, value));
  return {};
}

Result<void> change_max_body(Policy& policy, std::string_view value, Roles) {
  policy.max_body = default_policy().max_body;
  if (value.empty()) return {};
  const auto bytes = base::parse_decimal(value);
  if (!bytes) return usage("max-body is a number of bytes", "like 1048576");
  policy.max_body = *bytes;
  return {};
}

Result<void> change_mfa(Policy& policy, std::string_view value, Roles roles) {
  policy.mfa_roles.clear();
  if (value.empty()) return {};
  TRY(policy.mfa_roles, parse_roles(value, roles));
  return {};
}

Result<void> change_witnesses(Policy& policy, std::string_view value, Roles) {
  policy.witnesses.clear();
  if (value.empty()) return {};
  for (const std::string_view word : base::split(value, ',')) policy.witnesses.emplace_back(word);
  return {};
}

Result<void> change_quorum(Policy& policy, std::string_view value, Roles) {
  policy.witness_quorum = 0;
  if (value.empty()) return {};
  const auto count = base::parse_decimal(value);
  if (!count) return usage("witness-quorum is a number of witnesses", "like 2");
  policy.witness_quorum = *count;
  return {};
}

Result<void> change_hold(Policy& policy, std::string_view value, Roles) {
  if (!value.empty() && value != kHold) {
    return usage(fmt::format("audit-hold is {} or {}", kHold, kUnset));
  }
  policy.audit_hold = !value.empty();
  return {};
}

constexpr std::array kKeys{
    Key{"max-body", [](const Policy& p) { return fmt::format("{}", p.max_body); }, change_max_body},
    Key{"default-expiry", [](const Policy& p) { return text::format_span(p.default_expiry); },
        [](Policy& p, std::string_view value, Roles) {
          return change_span<&Policy::default_expiry>(p, "default-expiry", value);
        }},
    Key{"max-expiry", [](const Policy& p) { return text::format_span(p.max_expiry); },
        [](Policy& p, std::string_view value, Roles) {
          return change_span<&Policy::max_expiry>(p, "max-expiry", value);
        }},
    Key{"mfa", [](const Policy& p) { return joined(p.mfa_roles, kUnset); }, change_mfa},
    Key{"idle-lock", [](const Policy& p) { return format_limit(p.idle_lock); },
        [](Policy& p, std::string_view value, Roles) {
          return change_limit<&Policy::idle_lock>(p, "idle-lock", value);
        }},
    Key{"passphrase-age", [](const Policy& p) { return format_limit(p.passphrase_age); },
        [](Policy& p, std::string_view value, Roles) {
          return change_limit<&Policy::passphrase_age>(p, "passphrase-age", value);
        }},
    Key{"max-staleness", [](const Policy& p) { return format_limit(p.max_staleness); },
        [](Policy& p, std::string_view value, Roles) {
          return change_limit<&Policy::max_staleness>(p, "max-staleness", value);
        }},
    Key{"retention", [](const Policy& p) { return text::format_span(p.retention); },
        [](Policy& p, std::string_view value, Roles) {
          return change_span<&Policy::retention>(p, "retention", value);
        }},
    Key{"relay-agreement",
        [](const Policy& p) { return p.relay_agreement.value_or(std::string(kUnset)); },
        [](Policy& p, std::string_view value, Roles) -> Result<void> {
          p.relay_agreement.reset();
          if (!value.empty()) p.relay_agreement = value;
          return {};
        }},
    Key{"link-page", [](const Policy& p) { return p.link_page.value_or(std::string(kUnset)); },
        [](Policy& p, std::string_view value, Roles) -> Result<void> {
          p.link_page.reset();
          if (!value.empty()) p.link_page = value;
          return {};
        }},
    Key{"witnesses", [](const Policy& p) { return joined(p.witnesses, kUnset); }, change_witnesses},
    Key{"witness-quorum",
        [](const Policy& p) {
          return p.witness_quorum > 0 ? fmt::format("{}", p.witness_quorum) : std::string(kUnset);
        },
        change_quorum},
    Key{"audit-retention", [](const Policy& p) { return text::format_span(p.audit_retention); },
        [](Policy& p, std::string_view value, Roles) {
          return change_span<&Policy::audit_retention>(p, "audit-retention", value);
        }},
    Key{"audit-hold", [](const Policy& p) { return std::string(p.audit_hold ? kHold : kUnset); },
        change_hold},
};

const Key* find_key(std::string_view name) {
  const auto at =
      std::find_if(kKeys.begin(), kKeys.end(), [name](const Key& key) { return key.name == name; });
  return at == kKeys.end() ? nullptr : &*at;
}

Error no_such_key(const Policy& policy, std::string_view typed) {
  std::vector<std::string> names;
  for (const Key& key : kKeys) names.emplace_back(key.name);
  names.emplace_back("purpose.NAME");
  std::vector<std::string> all = names;
  for (const Purpose& purpose : policy.purposes) {
    all.push_back(std::string(kPurpose) + purpose.name);
  }
  const std::string_view word = typed.substr(0, kShownKey);
  const auto nearest = std::min_element(
      all.begin(), all.end(),
      [word](const auto& a, const auto& b) { return strangeness(word, a) < strangeness(word, b); });
  return usage(fmt::format("the policy has no setting {}", quoted(typed)),
               is_near(word, strangeness(word, *nearest))
                   ? fmt::format("did you mean \"{}\"?", *nearest)
                   : fmt::format("one of: {}", fmt::join(names, ", ")));
}

// One key of a purpose, behind its name: purpose.billing.max-body.
struct PurposeKey {
  std::string_view name;
  std::string (*read)(const Purpose&);
  Result<void> (*change)(Purpose&, std::string_view key, std::string_view value);
};

Result<void> change_purpose_body(Purpose& purpose, std::string_view key, std::string_view value) {
  purpose.max_body.reset();
  if (unsets(value)) return {};
  const auto bytes = base::parse_decimal(value);
  if (!bytes) return usage(fmt::format("{} is a number of bytes", key), "like 2048");
  purpose.max_body = *bytes;
  return {};
}

Result<void> change_purpose_expiry(Purpose& purpose, std::string_view key, std::string_view value) {
  purpose.max_expiry.reset();
  if (unsets(value)) return {};
  TRY(purpose.max_expiry, parse_limit(key, value));
  return {};
}

Result<void> change_consent(Purpose& purpose, std::string_view key, std::string_view value) {
  if (value != kUnset && value != kAsksConsent && !value.empty()) {
    return usage(fmt::format("{} is {} or {}", key, kAsksConsent, kUnset));
  }
  purpose.asks_consent = value != kUnset;
  return {};
}

constexpr std::array kPurposeKeys{
    PurposeKey{"max-body",
               [](const Purpose& p) {
                 return p.max_body ? fmt::format("{}", *p.max_body) : std::string(kUnset);
               },
               change_purpose_body},
    PurposeKey{"max-expiry", [](const Purpose& p) { return format_limit(p.max_expiry); },
               change_purpose_expiry},
    PurposeKey{"consent",
               [](const Purpose& p) { return std::string(p.asks_consent ? kAsksConsent : kUnset); },
               change_consent},
};

// "billing.max-body" -> "billing", "max-body"; a name has no dot.
struct PurposeSetting {
  std::string_view purpose;
  std::string_view key;  // empty: the purpose itself
};
PurposeSetting purpose_setting(std::string_view typed) {
  const std::size_t dot = typed.find('.');
  if (dot == std::string_view::npos) return {typed, {}};
  return {typed.substr(0, dot), typed.substr(dot + 1)};
}

Result<const PurposeKey*> find_purpose_key(const PurposeSetting& setting) {
  std::vector<std::string_view> names;
  for (const PurposeKey& key : kPurposeKeys) {
    if (key.name == setting.key) return &key;
    names.push_back(key.name);
  }
  return usage(fmt::format("a purpose has no setting {}", quoted(setting.key)),
               fmt::format("one of: {}", fmt::join(names, ", ")));
}

std::vector<Purpose>::const_iterator find_purpose(const Policy& policy, std::string_view name) {
  return std::find_if(policy.purposes.begin(), policy.purposes.end(),
                      [name](const Purpose& purpose) { return purpose.name == name; });
}

std::string read_purpose(const Policy& policy, std::string_view name) {
  const auto at = find_purpose(policy, name);
  return at == policy.purposes.end() ? std::string(kUnset) : joined(at->roles, kEverySender);
}

Result<void> change_purpose(Policy& policy, std::string_view name, std::string_view value,
                            Roles roles) {
  const auto at = find_purpose(policy, name);
  if (unsets(value)) {
    if (at != policy.purposes.end()) policy.purposes.erase(at);
    return {};
  }
  // What it is limited to stays when only its roles change.
  Purpose wanted = at == policy.purposes.end() ? Purpose{std::string(name), {}} : *at;
  wanted.roles.clear();
  if (value != kEverySender) {
    TRY(wanted.roles, parse_roles(value, roles));
  }
  if (at == policy.purposes.end()) {
    policy.purposes.push_back(std::move(wanted));
  } else {
    policy.purposes[static_cast<std::size_t>(at - policy.purposes.begin())] = std::move(wanted);
  }
  return {};
}

Error no_purpose(std::string_view name) {
  return usage(fmt::format("the policy declares no purpose {}", quoted(name)),
               "declare it first: purpose.NAME");
}

Result<std::string> read_purpose_setting(const Policy& policy, std::string_view typed) {
  const PurposeSetting setting = purpose_setting(typed);
  if (setting.key.empty()) return read_purpose(policy, typed);
  TRY(const PurposeKey* key, find_purpose_key(setting));
  const auto at = find_purpose(policy, setting.purpose);
  if (at == policy.purposes.end()) return no_purpose(setting.purpose);
  return key->read(*at);
}

Result<void> change_purpose_setting(Policy& policy, std::string_view typed, std::string_view value,
                                    Roles roles) {
  const PurposeSetting setting = purpose_setting(typed);
  if (setting.key.empty()) return change_purpose(policy, typed, value, roles);
  TRY(const PurposeKey* key, find_purpose_key(setting));
  const auto at = find_purpose(policy, setting.purpose);
  if (at == policy.purposes.end()) return no_purpose(setting.purpose);
  Purpose& purpose = policy.purposes[static_cast<std::size_t>(at - policy.purposes.begin())];
  return key->change(purpose, std::string(kPurpose) + std::string(typed.substr(0, kShownKey)),
                     value);
}

void add_purpose_settings(const Purpose& purpose, std::vector<Setting>& out) {
  const Purpose standard;
  for (const PurposeKey& key : kPurposeKeys) {
    std::string value = key.read(purpose);
    if (value == key.read(standard)) continue;
    out.push_back({fmt::format("{}{}.{}", kPurpose, purpose.name, key.name), std::move(value)});
  }
}

}  // namespace

std::vector<Setting> settings_of(const Policy& policy) {
  const Policy standard = default_policy();
  std::vector<Setting> out;
  const auto add_purpose = [&](const std::string& name) {
    const std::string value = read_purpose(policy, name);
    out.push_back({std::string(kPurpose) + name, value, value == read_purpose(standard, name)});
  };
  for (const Purpose& purpose : policy.purposes) {
    add_purpose(purpose.name);
    add_purpose_settings(purpose, out);
  }
  for (const Purpose& purpose : standard.purposes) {
    if (find_purpose(policy, purpose.name) == policy.purposes.end()) add_purpose(purpose.name);
  }
  for (const Key& key : kKeys) {
    const std::string value = key.read(policy);
    out.push_back({std::string(key.name), value, value == key.read(standard)});
  }
  return out;
}

Result<std::string> setting_of(const Policy& policy, std::string_view key) {
  if (key.starts_with(kPurpose)) return read_purpose_setting(policy, key.substr(kPurpose.size()));
  const Key* found = find_key(key);
  if (found == nullptr) return no_such_key(policy, key);
  return found->read(policy);
}

Result<Policy> with_setting(Policy policy, std::string_view key, std::string_view value,
                            Roles roles) {
  if (key.starts_with(kPurpose)) {
    TRY(change_purpose_setting(policy, key.substr(kPurpose.size()), value, roles));
  } else {
    const Key* found = find_key(key);
    if (found == nullptr) return no_such_key(policy, key);
    TRY(found->change(policy, unsets(value) ? std::string_view() : value, roles));
  }
  // What the statement cannot say is what the setting cannot be.
  if (auto text = format_policy(policy, base::Time{}); !text) {
    return usage(fmt::format("{} {}: {}", text::for_terminal(key.substr(0, kShownKey)),
                             text::for_terminal(value.substr(0, kShownKey)), text.error().text));
  }
  return policy;
}

}  // namespace sealpost::policy
