// The policy as settings: what `policy show` lists and `policy set` changes.
#include "policy/settings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

using namespace sealpost;
using base::Code;
using policy::Policy;
using policy::with_setting;

namespace {

constexpr const char* kTwoWitnesses =
    "w1.example+11c8f4c8+BEtCePP28bkSi/ZxLF65+cydHDRh+AhwUc5Okowfb9iu,"
    "w2.example+f4cdfafa+BPG7LsTqzdoCg6bxHCtaGB6aiE6H29oo6MK8jL61umPv";

constexpr std::array<std::string_view, 3> kRoles{"owner", "member", "service"};

Policy changed(std::string_view key, std::string_view value) {
  return with_setting(policy::default_policy(), key, value, kRoles).value();
}

base::Error refused(std::string_view key, std::string_view value) {
  const auto result = with_setting(policy::default_policy(), key, value, kRoles);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == Code::kUsage);
  return result.error();
}

std::string value_of(const Policy& policy, std::string_view key) {
  return policy::setting_of(policy, key).value();
}

}  // namespace

TEST_CASE("the default policy says of each setting that it is one") {
  const auto settings = policy::settings_of(policy::default_policy());
  CHECK(settings.size() == 5 + 14);
  CHECK(settings.front().key == "purpose.general");
  CHECK(settings.front().value == "owner,admin,member,custodian");
  CHECK(settings[1].value == "any");
  CHECK(std::all_of(settings.begin(), settings.end(), [](const auto& s) { return s.is_default; }));
}

TEST_CASE("each setting reads as it is typed, and an unset one is the default again") {
  struct Row {
    const char* key;
    const char* value;
    const char* standard;
  };
  for (const Row& row : {
           Row{"max-body", "2048", "1048576"},
           Row{"default-expiry", "7d", "30d"},
           Row{"max-expiry", "90d", "365d"},
           Row{"mfa", "owner,service", "none"},
           Row{"idle-lock", "15m", "none"},
           Row{"passphrase-age", "90d", "none"},
           Row{"max-staleness", "12h", "none"},
           Row{"retention", "3650d", "2190d"},
           Row{"relay-agreement", "Cloud Host", "none"},
           Row{"link-page", "https://m.mercy.example/l", "none"},
           Row{"witnesses", kTwoWitnesses, "none"},
           Row{"audit-retention", "3650d", "2190d"},
           Row{"audit-hold", "yes", "none"},
           Row{"purpose.billing", "member,service", "any"},
       }) {
    CAPTURE(row.key);
    const Policy policy = changed(row.key, row.value);
    CHECK(value_of(policy, row.key) == row.value);
    CHECK(value_of(policy::default_policy(), row.key) == row.standard);
    const auto settings = policy::settings_of(policy);
    const auto at = std::find_if(settings.begin(), settings.end(),
                                 [&](const auto& s) { return s.key == row.key; });
    REQUIRE(at != settings.end());
    CHECK_FALSE(at->is_default);
    if (std::string_view(row.key).starts_with("purpose.")) continue;
    for (const char* nothing : {"", "none"}) {
      CHECK(with_setting(policy, row.key, nothing, kRoles).value() == policy::default_policy());
    }
  }
}

TEST_CASE("a purpose is added, opened to everybody and removed") {
  const Policy more = changed("purpose.newsletter", "any");
  CHECK(more.purposes.back() == policy::Purpose{"newsletter", {}});
  CHECK(with_setting(more, "purpose.newsletter", "none", kRoles).value() ==
        policy::default_policy());
  const Policy less = changed("purpose.billing", "");
  CHECK(less.purposes.size() == 4);
  CHECK(value_of(less, "purpose.billing") == "none");
  const auto settings = policy::settings_of(less);
  CHECK(std::any_of(settings.begin(), settings.end(), [](const auto& s) {
    return s.key == "purpose.billing" && s.value == "none" && !s.is_default;
  }));
  CHECK(changed("purpose.never-there", "none") == policy::default_policy());
}

TEST_CASE("the limits of a purpose are settings of their own, shown when they are set") {
  Policy policy = changed("purpose.billing.max-body", "400");
  CHECK(policy::max_body_for(policy, "billing") == 400);
  CHECK(value_of(policy, "purpose.billing.max-body") == "400");
  policy = with_setting(policy, "purpose.billing.max-expiry", "1d", kRoles).value();
  CHECK(value_of(policy, "purpose.billing.max-expiry") == "1d");
  CHECK(value_of(policy, "purpose.billing.consent") == "required");
  policy = with_setting(policy, "purpose.billing.consent", "none", kRoles).value();
  CHECK(value_of(policy, "purpose.billing.consent") == "none");
  CHECK_FALSE(policy::asks_consent(policy, "billing"));
  // Other roles change nothing about them.
  policy = with_setting(policy, "purpose.billing", "member", kRoles).value();
  CHECK(policy::max_body_for(policy, "billing") == 400);

  const auto settings = policy::settings_of(policy);
  CHECK(settings.size() == 5 + 3 + 14);
  const auto at = std::find_if(settings.begin(), settings.end(),
                               [](const auto& s) { return s.key == "purpose.billing"; });
  REQUIRE(settings.end() - at > 3);
  CHECK(at[1].key == "purpose.billing.max-body");
  CHECK(at[2].value == "1d");
  CHECK(at[3].value == "none");
  CHECK_FALSE(at[1].is_default);

  for (const char* key : {"purpose.billing.max-body", "purpose.billing.max-expiry"}) {
    policy = with_setting(policy, key, "none", kRoles).value();
    CHECK(value_of(policy, key) == "none");
  }
  policy = with_setting(policy, "purpose.billing.consent", "required", kRoles).value();
  policy = with_setting(policy, "purpose.billing", "any", kRoles).value();
  CHECK(policy == policy::default_policy());
}

TEST_CASE("a key that does not exist is refused with the nearest one as a hint") {
  CHECK(refused("max-stalenes", "1d").hint == "did you mean \"max-staleness\"?");
  CHECK(refused("idle", "15m").hint == "did you mean \"idle-lock\"?");
  CHECK(refused("billing", "any").hint.find("one of: max-body, ") == 0);
  CHECK_FALSE(policy::setting_of(policy::default_policy(), "nope").has_value());
}

TEST_CASE("a value that a policy cannot have is refused") {
  refused("mfa", "king");
  refused("mfa", "owner,");
  refused("max-body", "1M");
  refused("max-body", "0");
  refused("max-body", "4194305");
  refused("idle-lock", "59s");
  refused("idle-lock", "soon");
  refused("passphrase-age", "23h");
  refused("max-staleness", "9m");
  refused("max-staleness", "11000d");
  refused("default-expiry", "366d");
  refused("purpose.Billing", "any");
  refused("purpose.", "any");
  refused("purpose.billing", "member,king");
  refused("purpose.billing.max-body", "0");
  refused("purpose.billing.max-body", "1M");
  refused("purpose.billing.max-expiry", "soon");
  refused("purpose.billing.max-expiry", "3661d");
  refused("purpose.billing.consent", "sometimes");
  refused("purpose.billing.size", "1");
  refused("purpose.never-there.max-body", "1");
  refused("retention", "23h");
  refused("relay-agreement", " Host");
  CHECK_FALSE(policy::setting_of(policy::default_policy(), "purpose.billing.size").has_value());
  CHECK_FALSE(policy::setting_of(policy::default_policy(), "purpose.x.consent").has_value());
}

TEST_CASE("the last purpose stays") {
  Policy policy = policy::default_policy();
  policy.purposes.resize(1);
  CHECK_FALSE(with_setting(policy, "purpose.general", "none", kRoles).has_value());
}

TEST_CASE("a quorum is of witnesses that are named, and none of them goes while it is needed") {
  CHECK(with_setting(policy::default_policy(), "witness-quorum", "1", kRoles).error().code ==
        base::Code::kUsage);
  Policy policy = changed("witnesses", kTwoWitnesses);
  CHECK(with_setting(policy, "witness-quorum", "3", kRoles).error().code == base::Code::kUsage);
  CHECK(with_setting(policy, "witness-quorum", "many", kRoles).error().code == base::Code::kUsage);
  policy = with_setting(policy, "witness-quorum", "2", kRoles).value();
  CHECK(value_of(policy, "witness-quorum") == "2");
  CHECK(with_setting(policy, "witnesses", "none", kRoles).error().code == base::Code::kUsage);
  policy = with_setting(policy, "witness-quorum", "none", kRoles).value();
  CHECK(with_setting(policy, "witnesses", "none", kRoles).value() == policy::default_policy());
}

TEST_CASE("what is no witness, no hold and too short a memory is refused") {
  const std::string twice = std::string(kTwoWitnesses) + "," + kTwoWitnesses;
  for (const auto& [key, value] :
       std::initializer_list<std::pair<const char*, std::string>>{{"witnesses", "w.example"},
                                                                  {"witnesses", twice},
                                                                  {"audit-hold", "no"},
                                                                  {"audit-retention", "29d"},
                                                                  {"audit-retention", "forever"}}) {
    CAPTURE(key);
    CAPTURE(value);
    CHECK(with_setting(policy::default_policy(), key, value, kRoles).error().code ==
          base::Code::kUsage);
  }
}
