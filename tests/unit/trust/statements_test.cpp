#include "trust/statements.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "base/encoding.hpp"
#include "golden.hpp"
#include "world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using trust::Role;

namespace {

// What stands before the signatures.
std::string text_of(std::string_view note) { return note::parse(note).value().text; }

trust::Invitation golden_invitation() { return invitation("bot", Role::kService, 0xa1); }

trust::Certificate golden_certificate() {
  trust::Certificate certificate = root_certificate("bot/server", Role::kService);
  certificate.purposes = {"billing"};
  certificate.issuer = "invitation " + hash_of(kGoldenInvitation);
  certificate.at = kNoon + std::chrono::hours(1);
  certificate.expires = certificate.at + 365 * kDay;
  return certificate;
}

trust::Revocation golden_revocation() {
  return {full("bot/server"), "the server was sold", kNoon + kDay};
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

template <typename T>
void check_refused(const base::Result<T>& result, std::string_view reason) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == base::Code::kMalformed);
  CHECK_MESSAGE(result.error().text.find(reason) != std::string::npos, result.error().text);
}

}  // namespace

TEST_CASE("statements come out byte for byte as an independent program writes them") {
  const std::string root(kOrganisation);
  CHECK(signed_by(organisation(), {root}) == kGoldenOrganisation);
  CHECK(signed_by(relay(), {root}) == kGoldenRelay);
  CHECK(signed_by(golden_invitation(), {root}) == kGoldenInvitation);
  CHECK(signed_by(golden_certificate(), {invitation_key(0xa1), full("bot/server")}) ==
        kGoldenCertificate);
  CHECK(signed_by(golden_revocation(), {root}) == kGoldenRevocation);
  CHECK(signed_by(prekey("bot/server"), {full("bot/server")}) == kGoldenPrekey);
}

TEST_CASE("parsing gives back every field") {
  const auto organisation = trust::parse_organisation(text_of(kGoldenOrganisation)).value();
  CHECK(organisation.name == "mercy.example");
  CHECK(organisation.root == verifier("mercy.example"));
  CHECK(organisation.at == kNoon);

  const auto relay = trust::parse_relay(text_of(kGoldenRelay)).value();
  CHECK(relay.url == "https://relay.mercy.example:8443");
  CHECK(relay.pin == "sha256//7WHv7rCQqi6/r3SeOaG6j+rSs969wYk6Nuscwvbos5Q=");
  CHECK(relay.log == verifier("mercy.example/relay"));

  const auto invitation = trust::parse_invitation(text_of(kGoldenInvitation)).value();
  CHECK(invitation.user == "bot");
  CHECK(invitation.role == Role::kService);
  CHECK(invitation.purposes == std::vector<std::string>{"billing", "test-results"});
  CHECK(invitation.key == verifier(invitation_key(0xa1)));
  CHECK(invitation.expires == kNoon + 7 * kDay);

  const auto certificate = trust::parse_certificate(text_of(kGoldenCertificate)).value();
  CHECK(certificate.name.str() == "mercy.example/bot/server");
  CHECK(certificate.role == Role::kService);
  CHECK(certificate.purposes == std::vector<std::string>{"billing"});
  CHECK(certificate.key == verifier("mercy.example/bot/server"));
  CHECK(certificate.number == 0);
  CHECK(certificate.issuer == "invitation " + hash_of(kGoldenInvitation));
  CHECK(certificate.suites == std::vector<std::string>{"age-x25519"});
  CHECK(certificate.at == kNoon + std::chrono::hours(1));

  const auto revocation = trust::parse_revocation(text_of(kGoldenRevocation)).value();
  CHECK(revocation.target == "mercy.example/bot/server");
  CHECK(revocation.reason == "the server was sold");

  const auto prekey = trust::parse_prekey(text_of(kGoldenPrekey)).value();
  CHECK(prekey.device.str() == "mercy.example/bot/server");
  CHECK(prekey.id == "00112233445566ff");
  CHECK(prekey.last_resort);
}

TEST_CASE("optional parts may be left out, and are not confused with empty ones") {
  trust::Revocation revocation = golden_revocation();
  revocation.reason = "";
  const std::string text = trust::format(revocation).value();
  CHECK(text.find("reason") == std::string::npos);
  CHECK(trust::parse_revocation(text).value().reason.empty());

  trust::RelayStatement local = relay();
  local.url = "http://127.0.0.1:8080";
  local.pin = "";
  CHECK(trust::parse_relay(trust::format(local).value()).value().pin.empty());
}

TEST_CASE("a one-time prekey says so") {
  trust::Prekey once = prekey("bot/server");
  once.last_resort = false;
  const std::string text = trust::format(once).value();
  CHECK(text.find("\nuse: once\n") != std::string::npos);
  CHECK_FALSE(trust::parse_prekey(text).value().last_resort);
  check_refused(trust::parse_prekey(replaced(text, "use: once", "use: twice")), "canonical");
}

TEST_CASE("a statement has one spelling") {
  const std::string good = text_of(kGoldenCertificate);
  struct Row {
    const char* from;
    const char* to;
    const char* reason;
  };
  for (const Row& row : {
           Row{"role: service\n", "", "role"},
           Row{"role: service", "role: chief", "role"},
           Row{"role: service\n", "role: service\nrole: service\n", "role"},
           Row{"number: 0", "number: 00", "number"},
           Row{"number: 0", "number: -1", "number"},
           Row{"suite: age-x25519\n", "", "suite"},
           Row{"suite: age-x25519\n", "suite: age-x25519\nsuite: age-x25519\n", "suite"},
           Row{"at: 2026-11-21T13:00:00Z", "at: 2026-11-21T14:00:00+01:00", "at"},
           Row{"at: 2026-11-21T13:00:00Z", "at: 2026-11-21T13:00:00.5Z", "at"},
           Row{"expires: 2027", "note: hello\nexpires: 2027", "note"},
           Row{"purpose: billing\nkey: ", "key: ", "purpose"},
           Row{"device: mercy.example/bot/server\nrole: service\n",
               "role: service\ndevice: mercy.example/bot/server\n", "canonical"},
           Row{"sealpost/v1/certificate", "sealpost/v2/certificate", "version 1"},
           Row{"sealpost/v1/certificate", "sealpost/v1/invitation", "invitation"},
       }) {
    CAPTURE(row.from);
    CAPTURE(row.to);
    check_refused(trust::parse_certificate(replaced(good, row.from, row.to)), row.reason);
  }
}

TEST_CASE("certificates that break the rules of their kind can neither be written nor read") {
  using Change = std::function<void(trust::Certificate&)>;
  struct Row {
    const char* reason;
    Change change;
  };
  const std::vector<Row> rows{
      {"device", [](auto& c) { c.name.device = "lap.top"; }},
      {"device", [](auto& c) { c.name.user = "relay"; }},
      {"device's name", [](auto& c) { c.key = verifier(full("dr.lee/laptop")); }},
      {"issuer", [](auto& c) { c.number = 1; }},
      {"issuer", [](auto& c) { c.issuer = "certificate " + std::string(64, '0'); }},
      {"issuer", [](auto& c) { c.issuer = "invitation " + std::string(63, '0'); }},
      {"issuer", [](auto& c) { c.issuer = "invitation " + std::string(64, 'A'); }},
      {"issuer", [](auto& c) { c.issuer = "mother"; }},
      {"suite", [](auto& c) { c.suites.clear(); }},
      {"suite", [](auto& c) { c.suites = {"Age"}; }},
      {"purpose",
       [](auto& c) {
         c.purposes = {"billing", "billing"};
       }},
      {"purpose", [](auto& c) { c.purposes = {"Billing"}; }},
      {"without a purpose", [](auto& c) { c.purposes.clear(); }},
      {"for services", [](auto& c) { c.role = Role::kMember; }},
      {"expire before", [](auto& c) { c.expires = c.at; }},
      {"400 days", [](auto& c) { c.expires = c.at + 400 * kDay + std::chrono::seconds(1); }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    trust::Certificate certificate = golden_certificate();
    row.change(certificate);
    check_refused(trust::format(certificate), row.reason);
  }
  trust::Certificate longest = golden_certificate();
  longest.expires = longest.at + 400 * kDay;
  CHECK(trust::format(longest).has_value());
}

TEST_CASE("invitations and revocations that break the rules of their kind are refused") {
  trust::Invitation value = golden_invitation();
  value.user = "root";
  check_refused(trust::format(value), "user id");
  value = golden_invitation();
  value.expires = value.at + 30 * kDay + std::chrono::seconds(1);
  check_refused(trust::format(value), "30 days");
  value = golden_invitation();
  value.role = Role::kMember;
  check_refused(trust::format(value), "for services");
  value = golden_invitation();
  value.key = verifier(full("bot/server"));
  check_refused(trust::format(value), "name of an invitation");

  trust::Revocation revocation = golden_revocation();
  revocation.target = "mercy.example/bot";
  check_refused(trust::format(revocation), "names a device");
  revocation = golden_revocation();
  revocation.reason = "hidden \u202e tricks";
  check_refused(trust::format(revocation), "plain text");
  revocation.reason = std::string(201, 'a');
  check_refused(trust::format(revocation), "200 bytes");
}

TEST_CASE("an organisation's statement names its own root") {
  trust::Organisation value = organisation();
  value.root = verifier("other.example");
  check_refused(trust::format(value), "organisation's name");
  value.name = "mercy";
  check_refused(trust::format(value), "name of an organisation");
}

TEST_CASE("a relay has an address without path, TLS with a pin, or loopback without") {
  struct Row {
    const char* url;
    bool pinned;
    bool good;
  };
  for (const Row& row : {
           Row{"https://relay.mercy.example", true, true},
           Row{"https://10.0.0.1:443", true, true},
           Row{"https://[fd00::1]:8443", true, true},
           Row{"http://127.0.0.1:8080", false, true},
           Row{"http://localhost", false, true},
           Row{"http://[::1]:8080", false, true},
           Row{"https://relay.mercy.example", false, false},
           Row{"http://127.0.0.1:8080", true, false},
           Row{"http://relay.mercy.example", false, false},
           Row{"http://127.0.0.1.evil.example", false, false},
           Row{"http://localhost.evil.example", false, false},
           Row{"https://relay.mercy.example/", true, false},
           Row{"https://relay.mercy.example/v1", true, false},
           Row{"https://relay.mercy.example?x", true, false},
           Row{"https://user@relay.mercy.example", true, false},
           Row{"https://relay.mercy.example:0", true, false},
           Row{"https://relay.mercy.example:65536", true, false},
           Row{"https://relay.mercy.example:", true, false},
           Row{"https://Relay.example", true, false},
           Row{"https://[::1", true, false},
           Row{"https://[]:1", true, false},
           Row{"https://[::1]x:1", true, false},
           Row{"https://", true, false},
           Row{"ftp://relay.mercy.example", true, false},
           Row{"", true, false},
       }) {
    CAPTURE(row.url);
    trust::RelayStatement value = relay();
    value.url = row.url;
    if (!row.pinned) value.pin = "";
    CHECK(trust::format(value).has_value() == row.good);
  }
  trust::RelayStatement value = relay();
  value.pin = "sha256//AAAA";
  check_refused(trust::format(value), "pin");
  value = relay();
  value.log = verifier("mercy.example/bot/server");
  check_refused(trust::format(value), "<organisation>/relay");
}

TEST_CASE("prekeys that break the rules of their kind are refused") {
  trust::Prekey value = prekey("bot/server");
  value.id = "00112233445566f";
  check_refused(trust::format(value), "16 hexadecimal");
  value = prekey("bot/server");
  value.suite = "rot13";
  check_refused(trust::format(value), "unknown suite");
  value = prekey("bot/server");
  value.recipient = base::to_bech32("age-secret-key-", base::Bytes(32));
  check_refused(trust::format(value), "age recipient");
  value.recipient = base::to_bech32("age", base::Bytes(31));
  check_refused(trust::format(value), "age recipient");
  value = prekey("bot/server");
  value.expires = value.at;
  check_refused(trust::format(value), "expire before");
}
