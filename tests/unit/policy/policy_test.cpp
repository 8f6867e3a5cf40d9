#include "policy/policy.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace sealpost;
using base::Code;
using policy::Policy;

namespace {

constexpr base::Time kNoon{std::chrono::sys_days(std::chrono::year{2026} / 11 / 21) +
                           std::chrono::hours(12)};

constexpr std::string_view kDefault =
    "sealpost/v1/policy\n"
    "purpose: general owner admin member custodian\n"
    "purpose: test\n"
    "purpose: test-results\n"
    "purpose: appointment-reminder\n"
    "purpose: billing\n"
    "max-body: 1048576\n"
    "default-expiry: 2592000\n"
    "max-expiry: 31536000\n"
    "at: 2026-11-21T12:00:00Z\n";

std::string replaced(std::string_view from, std::string_view to) {
  std::string text(kDefault);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("the policy that every organisation starts with") {
  CHECK(policy::format_policy(policy::default_policy(), kNoon).value() == kDefault);
  CHECK(policy::parse_policy(kDefault).value() == policy::default_policy());
}

TEST_CASE("what a policy may leave out is written only when it is set") {
  Policy strict = policy::default_policy();
  strict.mfa_roles = {"owner", "admin"};
  strict.idle_lock = std::chrono::minutes(15);
  strict.passphrase_age = std::chrono::days(90);
  strict.max_staleness = std::chrono::days(1);
  const std::string text = replaced("at: ",
                                    "mfa: owner\n"
                                    "mfa: admin\n"
                                    "idle-lock: 900\n"
                                    "passphrase-age: 7776000\n"
                                    "max-staleness: 86400\n"
                                    "at: ");
  CHECK(policy::format_policy(strict, kNoon).value() == text);
  CHECK(policy::parse_policy(text).value() == strict);
  Policy one = policy::default_policy();
  one.max_staleness = policy::kShortestStaleness;
  CHECK(policy::parse_policy(replaced("at: ", "max-staleness: 600\nat: ")).value() == one);
}

TEST_CASE("a purpose may have narrower limits, and be exempt from consent") {
  Policy narrow = policy::default_policy();
  narrow.purposes[1].max_body = 2048;
  narrow.purposes[4].max_body = 400;
  narrow.purposes[4].max_expiry = std::chrono::days(1);
  narrow.purposes[4].asks_consent = false;
  narrow.retention = std::chrono::days(3650);
  narrow.relay_agreement = "Cloud Host, Inc.";
  narrow.link_page = "https://m.mercy.example/l";
  const std::string text = replaced("at: ",
                                    "purpose-max-body: test 2048\n"
                                    "purpose-max-body: billing 400\n"
                                    "purpose-max-expiry: billing 86400\n"
                                    "purpose-no-consent: billing\n"
                                    "retention: 315360000\n"
                                    "relay-agreement: Cloud Host, Inc.\n"
                                    "link-page: https://m.mercy.example/l\n"
                                    "at: ");
  CHECK(policy::format_policy(narrow, kNoon).value() == text);
  CHECK(policy::parse_policy(text).value() == narrow);

  CHECK(policy::max_body_for(narrow, "billing") == 400);
  CHECK(policy::max_body_for(narrow, "general") == 1048576);
  CHECK(policy::max_body_for(narrow, "undeclared") == 1048576);
  CHECK(policy::max_expiry_for(narrow, "billing") == std::chrono::days(1));
  CHECK(policy::max_expiry_for(narrow, "test") == std::chrono::days(365));
  CHECK(policy::default_expiry_for(narrow, "billing") == std::chrono::days(1));
  CHECK(policy::default_expiry_for(narrow, "test") == std::chrono::days(30));
  CHECK_FALSE(policy::asks_consent(narrow, "billing"));
  CHECK(policy::asks_consent(narrow, "general"));
  CHECK(policy::asks_consent(narrow, "undeclared"));
  // Never wider than in general.
  narrow.max_body = 100;
  narrow.max_expiry = narrow.default_expiry = std::chrono::hours(1);
  CHECK(policy::max_body_for(narrow, "billing") == 100);
  CHECK(policy::max_expiry_for(narrow, "billing") == std::chrono::hours(1));
}

TEST_CASE("a policy says who watches the audit log, and how long its events are shown") {
  Policy watched = policy::default_policy();
  watched.witnesses = {"w1.example+11c8f4c8+BEtCePP28bkSi/ZxLF65+cydHDRh+AhwUc5Okowfb9iu",
                       "w2.example+f4cdfafa+BPG7LsTqzdoCg6bxHCtaGB6aiE6H29oo6MK8jL61umPv"};
  watched.witness_quorum = 2;
  watched.audit_retention = std::chrono::days(365);
  watched.audit_hold = true;
  const std::string text =
      replaced("at: ",
               "witness: w1.example+11c8f4c8+BEtCePP28bkSi/ZxLF65+cydHDRh+AhwUc5Okowfb9iu\n"
               "witness: w2.example+f4cdfafa+BPG7LsTqzdoCg6bxHCtaGB6aiE6H29oo6MK8jL61umPv\n"
               "witness-quorum: 2\n"
               "audit-retention: 31536000\n"
               "audit-hold: yes\n"
               "at: ");
  CHECK(policy::format_policy(watched, kNoon).value() == text);
  CHECK(policy::parse_policy(text).value() == watched);
  for (const char* bad :
       {"witness: w.example\nat: ", "witness-quorum: 1\nat: ", "witness-quorum: 0\nat: ",
        "audit-hold: no\nat: ", "audit-retention: 60\nat: ", "audit-retention: 189216000\nat: "}) {
    CAPTURE(bad);
    CHECK(!policy::parse_policy(replaced("at: ", bad)));
  }
}

TEST_CASE("without a word about it records are kept for six years, and no agreement is asked for") {
  const Policy old = policy::parse_policy(kDefault).value();
  CHECK(old.retention == std::chrono::days(2190));
  CHECK_FALSE(old.relay_agreement.has_value());
  CHECK(policy::asks_consent(old, "billing"));
}

TEST_CASE("a policy says what its signer had seen, and is the same policy as without") {
  const note::Views seen{{7, crypto::sha256(base::as_bytes("log"))},
                         {5, crypto::sha256(base::as_bytes("trust"))}};
  const std::string text = policy::format_policy(policy::default_policy(), kNoon, seen).value();
  CHECK(text == std::string(kDefault) + "log: " + note::format_view(seen.log) +
                    "\ntrust: " + note::format_view(seen.trust) + "\n");
  CHECK(policy::parse_policy(text).value() == policy::default_policy());
  const std::string half = text.substr(0, text.rfind("trust: "));
  CHECK(policy::parse_policy(half).error().code == Code::kMalformed);
  CHECK_FALSE(policy::parse_policy(text + "trust: 5 AAAA\n"));
}

TEST_CASE("a policy that could be read in two ways is not read at all") {
  struct Row {
    const char* from;
    const char* to;
  };
  for (const Row& row : {
           Row{"v1/policy", "v2/policy"},
           Row{"purpose: test\n", "purpose: test\npurpose: test\n"},
           Row{"purpose: test\n", "purpose: Test\n"},
           Row{"purpose: test\n", "purpose: -test\n"},
           Row{"purpose: test\n", "purpose: test \n"},
           Row{"purpose: test\n", "purpose: test  owner\n"},
           Row{"purpose: test\n", "purpose: test owner owner\n"},
           Row{"purpose: test\n", "purpose: test Owner\n"},
           Row{"purpose: test\n", "porpoise: test\n"},
           Row{"max-body: 1048576\n", ""},
           Row{"max-body: 1048576", "max-body: 0"},
           Row{"max-body: 1048576", "max-body: 4194305"},
           Row{"max-body: 1048576", "max-body: 01048576"},
           Row{"default-expiry: 2592000", "default-expiry: 0"},
           Row{"default-expiry: 2592000", "default-expiry: 31536001"},
           Row{"max-expiry: 31536000", "max-expiry: 316224001"},
           Row{"max-expiry: 31536000", "max-expiry: 18446744073709551615"},
           Row{"max-expiry: 31536000", "max-expiry: forever"},
           Row{"at: ", "mfa: owner\nmfa: owner\nat: "},
           Row{"at: ", "mfa: Owner\nat: "},
           Row{"at: ", "mfa: owner admin\nat: "},
           Row{"max-body: ", "mfa: owner\nmax-body: "},
           Row{"at: ", "idle-lock: 59\nat: "},
           Row{"at: ", "idle-lock: 0060\nat: "},
           Row{"at: ", "idle-lock: 15m\nat: "},
           Row{"at: ", "idle-lock: 60\nidle-lock: 60\nat: "},
           Row{"at: ", "passphrase-age: 86399\nat: "},
           Row{"at: ", "passphrase-age: 86400\nidle-lock: 60\nat: "},
           Row{"at: ", "max-staleness: 599\nat: "},
           Row{"at: ", "max-staleness: 316224001\nat: "},
           Row{"at: ", "max-staleness: 18446744073709551615\nat: "},
           Row{"at: 2026-11-21T12:00:00Z\n", "at: 2026-11-21T12:00:00Z\nmax-staleness: 600\n"},
           Row{"at: ", "purpose-max-body: test\nat: "},
           Row{"at: ", "purpose-max-body: test 0\nat: "},
           Row{"at: ", "purpose-max-body: test 02\nat: "},
           Row{"at: ", "purpose-max-body: test 4194305\nat: "},
           Row{"at: ", "purpose-max-body: other 2\nat: "},
           Row{"at: ", "purpose-max-body: test 2\npurpose-max-body: test 2\nat: "},
           Row{"at: ", "purpose-max-body: billing 2\npurpose-max-body: test 2\nat: "},
           Row{"at: ", "purpose-max-expiry: test 2\npurpose-max-body: test 2\nat: "},
           Row{"at: ", "purpose-max-expiry: test 0\nat: "},
           Row{"at: ", "purpose-max-expiry: test 316224001\nat: "},
           Row{"at: ", "purpose-no-consent: other\nat: "},
           Row{"at: ", "purpose-no-consent: test billing\nat: "},
           Row{"at: ", "purpose-no-consent: test\npurpose-no-consent: test\nat: "},
           Row{"at: ", "retention: 86399\nat: "},
           Row{"at: ", "retention: 189216000\nat: "},
           Row{"at: ", "retention: 3162240001\nat: "},
           Row{"at: ", "relay-agreement:  x\nat: "},
           Row{"at: ", "relay-agreement: x \nat: "},
           Row{"at: ", "relay-agreement: x\nrelay-agreement: x\nat: "},
           Row{"max-body: ", "purpose-max-body: test 2\nmax-body: "},
           Row{"at: 2026-11-21T12:00:00Z\n", ""},
           Row{"at: 2026-11-21T12:00:00Z\n", "at: 2026-11-21T12:00:00Z\npurpose: late\n"},
           Row{"at: 2026-11-21T12:00:00Z\n", "at: 2026-11-21T12:00:00Z\nextra: field\n"},
       }) {
    CAPTURE(row.from);
    CAPTURE(row.to);
    const auto result = policy::parse_policy(replaced(row.from, row.to));
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == Code::kMalformed);
  }
  CHECK_FALSE(policy::parse_policy("").has_value());
}

TEST_CASE("a policy that cannot be read back cannot be written") {
  const std::vector<std::function<void(Policy&)>> changes{
      [](Policy& p) { p.purposes.clear(); },
      [](Policy& p) {
        p.purposes.resize(257, {"x", {}});
      },
      [](Policy& p) {
        p.purposes.push_back({"billing", {}});
      },
      [](Policy& p) {
        p.purposes.push_back({"two words", {}});
      },
      [](Policy& p) {
        p.purposes.push_back({std::string(65, 'a'), {}});
      },
      [](Policy& p) {
        p.purposes.push_back({"new", {"owner\nmax-body"}});
      },
      [](Policy& p) { p.purposes[0].max_body = 0; },
      [](Policy& p) { p.purposes[0].max_body = policy::kLargestBody + 1; },
      [](Policy& p) { p.purposes[0].max_expiry = base::milliseconds(1500); },
      [](Policy& p) {
        p.purposes[0].max_expiry = policy::kLongestExpiry + std::chrono::seconds(1);
      },
      [](Policy& p) { p.retention = std::chrono::hours(23); },
      [](Policy& p) { p.retention = policy::kLongestRetention + std::chrono::seconds(1); },
      [](Policy& p) { p.relay_agreement = ""; },
      [](Policy& p) { p.relay_agreement = std::string(201, 'a'); },
      [](Policy& p) { p.relay_agreement = "a\nmfa: owner"; },
      [](Policy& p) { p.link_page = ""; },
      [](Policy& p) { p.link_page = "http://m.mercy.example/l"; },
      [](Policy& p) { p.max_body = 0; },
      [](Policy& p) { p.max_body = policy::kLargestBody + 1; },
      [](Policy& p) { p.default_expiry = base::milliseconds(1500); },
      [](Policy& p) { p.default_expiry = p.max_expiry + std::chrono::seconds(1); },
      [](Policy& p) { p.max_expiry = policy::kLongestExpiry + std::chrono::seconds(1); },
      [](Policy& p) { p.default_expiry = -p.default_expiry; },
      [](Policy& p) {
        p.mfa_roles = {"owner", "owner"};
      },
      [](Policy& p) { p.mfa_roles = {""}; },
      [](Policy& p) { p.idle_lock = std::chrono::seconds(59); },
      [](Policy& p) { p.idle_lock = base::milliseconds(60500); },
      [](Policy& p) { p.passphrase_age = std::chrono::hours(23); },
      [](Policy& p) { p.max_staleness = std::chrono::minutes(9); },
      [](Policy& p) { p.max_staleness = policy::kLongestExpiry + std::chrono::seconds(1); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    CAPTURE(i);
    Policy changed = policy::default_policy();
    changes[i](changed);
    const auto result = policy::format_policy(changed, kNoon);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == Code::kMalformed);
  }
}

TEST_CASE("the widest policy survives") {
  Policy widest = policy::default_policy();
  widest.max_body = policy::kLargestBody;
  widest.max_expiry = widest.default_expiry = policy::kLongestExpiry;
  widest.idle_lock = widest.passphrase_age = widest.max_staleness = policy::kLongestExpiry;
  widest.retention = policy::kLongestRetention;
  widest.relay_agreement = std::string(policy::kMaxParty, 'a');
  widest.link_page = "https://" + std::string(policy::kMaxPage - 8, 'a');
  for (policy::Purpose& purpose : widest.purposes) {
    purpose.max_body = policy::kLargestBody;
    purpose.max_expiry = policy::kLongestExpiry;
    purpose.asks_consent = false;
  }
  CHECK(policy::parse_policy(policy::format_policy(widest, kNoon).value()).value() == widest);
}

TEST_CASE("a purpose is open to every sender or to the roles that it names") {
  const Policy policy = policy::default_policy();
  for (const char* role : {"owner", "admin", "member", "custodian"}) {
    CHECK(policy::check_purpose(policy, "general", role).has_value());
  }
  CHECK(policy::check_purpose(policy, "billing", "service").has_value());
  const auto refused = policy::check_purpose(policy, "general", "service");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::kDenied);
  CHECK(refused.error().hint == "these roles may: owner, admin, member, custodian");
}

TEST_CASE("an undeclared purpose is refused with the nearest declared one as a hint") {
  const Policy policy = policy::default_policy();
  struct Row {
    const char* asked;
    const char* nearest;
  };
  for (const Row& row : {Row{"test-result", "test-results"}, Row{"biling", "billing"},
                         Row{"appointment", "appointment-reminder"}, Row{"tset", "test"},
                         Row{"Billing", "billing"}}) {
    CAPTURE(row.asked);
    const auto refused = policy::check_purpose(policy, row.asked, "owner");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::kUsage);
    CHECK(refused.error().hint == "did you mean \"" + std::string(row.nearest) + "\"?");
  }
  const auto far = policy::check_purpose(policy, "nope", "owner");
  CHECK(far.error().hint ==
        "declared are general, test, test-results, appointment-reminder, billing");
  const auto hostile = policy::check_purpose(policy, "\x1b[2J" + std::string(100000, 'x'), "owner");
  CHECK(hostile.error().text.find('\x1b') == std::string::npos);
  CHECK(hostile.error().text.size() < 200);
}

TEST_CASE("a page's address is https, or http on loopback, and nothing but an address") {
  for (const std::string_view page :
       {"https://relay.mercy.example/l", "https://m.example", "http://127.0.0.1:8080/l",
        "http://localhost:1/l", "http://[::1]:8080/l"}) {
    CAPTURE(page);
    CHECK(policy::check_page(page));
  }
  for (const std::string_view page :
       {"", "https://", "http://relay.mercy.example/l", "http://localhost.evil.example/l",
        "http://127.0.0.1.evil.example/l", "https://a b", "https://a#b", "https://a?b",
        "https://user@a", "https://a\n", "javascript:alert(1)", "HTTPS://a\x7f"}) {
    CAPTURE(page);
    CHECK(policy::check_page(page).error().code == Code::kMalformed);
  }
  CHECK_FALSE(policy::check_page("https://" + std::string(policy::kMaxPage, 'a')));
}
