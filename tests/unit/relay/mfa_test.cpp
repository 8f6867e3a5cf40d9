// One-time codes at the relay: who needs them, which count, when they pause, what survives.
#include <doctest/doctest.h>

#include "crypto/totp.hpp"
#include "house.hpp"
#include "policy/policy.hpp"
#include "relay/mfa.hpp"
#include "relay/routes.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using namespace std::chrono_literals;

namespace {

std::string policy_with(std::vector<std::string> roles) {
  policy::Policy policy = policy::default_policy();
  policy.mfa_roles = std::move(roles);
  return signed_by(policy::format_policy(policy, kNoon).value(), {kOlivia});
}

void require_codes(House& house, std::vector<std::string> roles = {"member"}) {
  REQUIRE(house.post_trust(kOlivia, policy_with(std::move(roles))).status == 200);
}

wire::MfaSecret enrol(House& house, const std::string& device) {
  const HttpAnswer answer = house.ask(device, "POST", "/v1/mfa/enrol");
  REQUIRE(answer.status == 200);
  return wire::parse_mfa_secret(answer.body).value();
}

HttpAnswer bring(House& house, const std::string& device, const std::string& code) {
  return house.ask(device, "POST", "/v1/mfa/verify", wire::to_cbor(wire::MfaCode{code}));
}

// The same request, as a device sends it again whose answer was lost.
HttpAnswer bring_as(House& house, const std::string& device, const std::string& code,
                    const std::string& request, base::Time at) {
  return house.ask(device, "POST", "/v1/mfa/verify",
                   wire::to_cbor(wire::MfaCode{code, request, at}));
}

base::Time until(const HttpAnswer& answer) {
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  return wire::parse_mfa_proven(answer.body)->until;
}

// The code of so many steps from now.
std::string code(const House& house, const wire::MfaSecret& secret, int steps = 0) {
  const auto now = static_cast<std::int64_t>(crypto::totp_step(house.clock.now()));
  return crypto::totp_code(secret.secret, static_cast<std::uint64_t>(now + steps));
}

wire::MfaSecret enrolled(House& house, const std::string& device) {
  const wire::MfaSecret secret = enrol(house, device);
  REQUIRE(bring(house, device, code(house, secret)).status == 200);
  return secret;
}

HttpAnswer inbox_of(House& house, const std::string& device) {
  return house.ask(device, "GET", "/v1/inbox");
}

bool lets_in(House& house, const std::string& device) {
  const HttpAnswer answer = inbox_of(house, device);
  if (answer.status == 200) return true;
  CHECK(answer.status == 401);
  CHECK(code_of(answer) == "mfa-required");
  return false;
}

wire::MfaState state_of(House& house, const std::string& device) {
  const HttpAnswer answer = house.ask(device, "GET", "/v1/mfa");
  REQUIRE(answer.status == 200);
  return wire::parse_mfa_state(answer.body).value();
}

HttpAnswer reset(House& house, const std::string& by, const std::string& user) {
  return house.ask(by, "POST", "/v1/mfa/reset", wire::to_cbor(wire::MfaMember{user}));
}

// As the device does it: the old key has signed the request, both the certificate.
HttpAnswer change_key(House& house, const std::string& from, const std::string& to) {
  const std::string device = from.substr(from.find('/') + 1);
  trust::Certificate next = successor(house.chain, device);
  next.key = verifier(to);
  next.at = kNoon;
  next.expires = kNoon + 300 * kDay;
  return house.post_trust(from, signed_by(next, {from, to}));
}

}  // namespace

TEST_CASE("a role that the policy names is let in with a fresh code, the others without") {
  House house;
  CHECK(lets_in(house, kLee));
  require_codes(house);
  CHECK(inbox_of(house, kLee).text().find("mfa enrol") != std::string::npos);
  CHECK(lets_in(house, kOlivia));
  const wire::MfaSecret secret = enrol(house, kLee);
  CHECK_FALSE(lets_in(house, kLee));  // a secret alone is no code
  CHECK(bring(house, kLee, code(house, secret)).status == 200);
  CHECK(lets_in(house, kLee));
  CHECK(lets_in(house, kLee));
  CHECK_FALSE(lets_in(house, kKim));  // another member
  CHECK(house.events("mfa.enrol").size() == 1);
  const auto verified = house.events("mfa.verify");
  REQUIRE(verified.size() == 1);
  CHECK(verified[0].actor == kLee);
  CHECK(verified[0].details.at("first") == "yes");
}

TEST_CASE("what a device needs to learn of codes, and to bring one, is open without") {
  House house;
  house.checkpoint();
  require_codes(house);
  CHECK(house.ask(kLee, "GET", "/v1/trust").status == 200);
  CHECK(house.ask(kLee, "GET", "/v1/audit/checkpoint").status == 200);
  CHECK(house.ask(kLee, "GET", "/v1/audit/tile/0/000.p/1").status == 200);
  CHECK(house.ask(kLee, "GET", "/v1/mfa").status == 200);
  // Everything else is not, whatever the role may do: one row for each route of the table.
  for (const relay::Route& route : relay::routes()) {
    if (route.before_code || route.access == relay::Access::kAnyone ||
        route.access == relay::Access::kLoopback || route.access == relay::Access::kInvitation) {
      continue;
    }
    std::string target(route.pattern);
    for (auto at = target.find("{}"); at != std::string::npos; at = target.find("{}")) {
      target.replace(at, 2, "1");
    }
    if (const auto at = target.find("**"); at != std::string::npos)
      target.replace(at, 2, "000.p/1");
    CAPTURE(target);
    const HttpAnswer answer = house.ask(kLee, std::string(route.method), target);
    CHECK((answer.status == 401 || answer.status == 403));
  }
}

TEST_CASE("a proof lasts twelve hours, two without a request, and is the device's key's own") {
  House house;
  require_codes(house);
  enrolled(house, kLee);
  for (int hour = 1; hour < 12; ++hour) {
    house.clock.advance(1h);
    CHECK(lets_in(house, kLee));
    house.checkpoint();  // the note of this use is done
  }
  house.clock.advance(1h);
  CHECK_FALSE(lets_in(house, kLee));
  const HttpAnswer answer = inbox_of(house, kLee);
  CHECK(answer.text().find("mfa verify") != std::string::npos);
}

TEST_CASE("a proof lapses when it is not used") {
  House house;
  require_codes(house);
  enrolled(house, kLee);
  house.clock.advance(2h - 1s);
  CHECK(lets_in(house, kLee));
  house.checkpoint();
  house.clock.advance(2h);
  CHECK_FALSE(lets_in(house, kLee));
}

TEST_CASE("a proof outlives a restart of the relay") {
  House house;
  require_codes(house);
  enrolled(house, kLee);
  house.stop();
  house.start();
  CHECK(lets_in(house, kLee));
}

TEST_CASE("a proof goes on under the key that its own has certified, and lasts no longer") {
  House house;
  require_codes(house);
  enrolled(house, kLee);
  house.clock.advance(1h);
  REQUIRE(change_key(house, kLee, kLee + "#2").status == 200);
  CHECK_FALSE(inbox_of(house, kLee).status == 200);
  for (int hour = 1; hour < 12; ++hour) {
    CHECK(lets_in(house, kLee + "#2"));
    house.checkpoint();  // the note of this use is done
    house.clock.advance(1h);
  }
  CHECK_FALSE(lets_in(house, kLee + "#2"));
}

TEST_CASE("no code is taken twice, nor one before it") {
  House house;
  require_codes(house);
  const wire::MfaSecret secret = enrolled(house, kLee);
  CHECK(code_of(bring(house, kLee, code(house, secret))) == "mfa-required");
  CHECK(code_of(bring(house, kLee, code(house, secret, -1))) == "mfa-required");
  CHECK(bring(house, kLee, code(house, secret, 1)).status == 200);  // a clock that is ahead
  CHECK(code_of(bring(house, kLee, code(house, secret, 1))) == "mfa-required");
  house.clock.advance(60s);
  CHECK(bring(house, kLee, code(house, secret)).status == 200);
  CHECK(house.events("mfa.fail").size() == 3);
}

TEST_CASE("a request whose answer was lost is answered again, as it was, and counted once") {
  House house;
  require_codes(house);
  const wire::MfaSecret secret = enrolled(house, kLee);
  house.clock.advance(60s);
  const base::Time at = house.clock.now();
  const std::string right = code(house, secret);
  const base::Time first = until(bring_as(house, kLee, right, "one", at));
  house.clock.advance(20s);
  CHECK(until(bring_as(house, kLee, right, "one", at)) == first);
  house.stop();
  house.start();
  CHECK(until(bring_as(house, kLee, right, "one", at)) == first);
  CHECK(house.events("mfa.fail").empty());
  CHECK(house.events("mfa.verify").size() == 2);
  // Anything else is another request, and the code was used.
  CHECK(code_of(bring_as(house, kLee, right, "two", at)) == "mfa-required");
  CHECK(code_of(bring_as(house, kLee, right, "one", at + 1s)) == "mfa-required");
  CHECK(code_of(bring(house, kLee, right)) == "mfa-required");
  CHECK(house.events("mfa.fail").size() == 3);
  // A wrong one is wrong again, and does not bring the pause nearer.
  for (int i = 0; i < 10; ++i) {
    CHECK(code_of(bring_as(house, kLee, "no code", "three", at)) == "mfa-required");
  }
  CHECK(house.events("mfa.fail").size() == 4);
  CHECK(house.events("mfa.pause").empty());
  const base::Time recovered = until(bring_as(house, kLee, secret.recovery[0], "four", at));
  CHECK(until(bring_as(house, kLee, secret.recovery[0], "four", at)) == recovered);
  CHECK(state_of(house, kLee).recovery_codes == 9);
}

TEST_CASE(
    "a request is answered again to the key that brought it, and as long as its proof holds") {
  House house;
  require_codes(house, {"member", "owner"});
  const wire::MfaSecret lee = enrolled(house, kLee);
  house.clock.advance(60s);
  const base::Time at = house.clock.now();
  const std::string right = code(house, lee);
  until(bring_as(house, kLee, right, "one", at));
  enrolled(house, kKim);
  CHECK(code_of(bring_as(house, kKim, right, "one", at)) == "mfa-required");
  CHECK(house.events("mfa.fail").size() == 1);
  CHECK(bring_as(house, kLee, right, "five", at - 6min).status == 400);
  CHECK(bring_as(house, kLee, right, "six", at + 6min).status == 400);
  enrolled(house, kOlivia);
  REQUIRE(reset(house, kOlivia, "dr.lee").status == 200);
  CHECK(code_of(bring_as(house, kLee, right, "one", at)) == "mfa-required");
}

TEST_CASE("a code two steps away is wrong") {
  House house;
  const wire::MfaSecret secret = enrol(house, kLee);
  CHECK(code_of(bring(house, kLee, code(house, secret, 2))) == "mfa-required");
  CHECK(code_of(bring(house, kLee, code(house, secret, -2))) == "mfa-required");
  CHECK(bring(house, kLee, code(house, secret, -1)).status == 200);
}

TEST_CASE("five wrong codes pause the member, longer each time, over a restart too") {
  House house;
  require_codes(house);
  const wire::MfaSecret secret = enrolled(house, kLee);
  house.clock.advance(60s);
  for (const auto pause : {15min, 30min}) {
    for (int i = 0; i < 5; ++i) CHECK(bring(house, kLee, "no code").status == 401);
    CHECK(bring(house, kLee, code(house, secret)).status == 401);  // not even a right one
    CHECK(bring(house, kLee, secret.recovery[0]).status == 401);
    house.stop();
    house.start();
    house.clock.advance(pause - 1s);
    CHECK(bring(house, kLee, code(house, secret)).status == 401);
    CHECK(state_of(house, kLee).paused_until == house.clock.now() + 1s);
    house.clock.advance(1s);
  }
  CHECK(house.events("mfa.fail").size() == 10);
  CHECK(house.events("mfa.pause").size() == 2);
  CHECK(bring(house, kLee, code(house, secret)).status == 200);
  for (int i = 0; i < 4; ++i) CHECK(bring(house, kLee, "no code").status == 401);
  CHECK(state_of(house, kLee).paused_until == base::Time{});
  CHECK(state_of(house, kLee).recovery_codes == 10);
}

TEST_CASE("a new secret does not end a pause") {
  House house;
  enrol(house, kLee);
  for (int i = 0; i < 5; ++i) CHECK(bring(house, kLee, "no code").status == 401);
  const wire::MfaSecret secret = enrol(house, kLee);
  CHECK(bring(house, kLee, code(house, secret)).status == 401);
}

TEST_CASE("ten recovery codes open once each, however they are typed") {
  House house;
  require_codes(house);
  const wire::MfaSecret secret = enrol(house, kLee);
  REQUIRE(secret.recovery.size() == 10);
  CHECK(bring(house, kLee, secret.recovery[0]).status == 401);  // not before the first code
  REQUIRE(bring(house, kLee, code(house, secret)).status == 200);
  CHECK(bring(house, kLee, secret.recovery[0]).status == 200);
  CHECK(bring(house, kLee, secret.recovery[0]).status == 401);
  std::string typed;
  for (const char c : secret.recovery[1]) {
    if (c != '-') typed += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  CHECK(bring(house, kLee, typed).status == 200);
  CHECK(state_of(house, kLee).recovery_codes == 8);
  CHECK(house.events("mfa.verify").back().details.at("by") == "recovery");
}

TEST_CASE("who has codes gets no others, unless an owner or admin takes them back") {
  House house;
  require_codes(house);
  const wire::MfaSecret secret = enrolled(house, kLee);
  CHECK(house.ask(kLee, "POST", "/v1/mfa/enrol").status == 409);
  CHECK(reset(house, kLee, "dr.lee").status == 403);
  CHECK(reset(house, kOlivia, "nurse.kim").status == 404);
  CHECK(reset(house, kOlivia, "dr.lee").status == 200);
  CHECK_FALSE(lets_in(house, kLee));
  CHECK_FALSE(state_of(house, kLee).enrolled);
  const auto events = house.events("mfa.reset");
  REQUIRE(events.size() == 1);
  CHECK(events[0].objects == std::vector<std::string>{"mercy.example/dr.lee"});
  house.clock.advance(60s);
  CHECK(code_of(bring(house, kLee, code(house, secret))) == "not-found");
  enrolled(house, kLee);
  CHECK(lets_in(house, kLee));
}

TEST_CASE("a role that needs a code may neither set the policy nor reset codes without") {
  House house;
  require_codes(house, {"owner", "member"});
  CHECK(code_of(house.ask(kOlivia, "POST", "/v1/mfa/reset",
                          wire::to_cbor(wire::MfaMember{"olivia"}))) == "mfa-required");
  CHECK(house.post_trust(kOlivia, policy_with({})).status == 401);
}

TEST_CASE("nobody takes back their own codes, not even with a fresh proof") {
  House house;
  require_codes(house, {"owner"});
  enrolled(house, kOlivia);
  REQUIRE(lets_in(house, kOlivia));
  CHECK(code_of(house.ask(kOlivia, "POST", "/v1/mfa/reset",
                          wire::to_cbor(wire::MfaMember{"olivia"}))) == "denied");
  CHECK(lets_in(house, kOlivia));
}

TEST_CASE("a pause doubles up to a day") {
  relay::StoredMfa mfa;
  const base::Time now = kNoon;
  const std::vector<base::milliseconds> pauses{15min,  30min,  60min, 120min, 240min,
                                               480min, 960min, 24h,   24h};
  for (const base::milliseconds pause : pauses) {
    for (int i = 0; i < 4; ++i) CHECK_FALSE(relay::count_wrong(mfa, now));
    CHECK(relay::count_wrong(mfa, now));
    CHECK(mfa.paused_until == now + pause);
  }
  relay::count_right(mfa);
  CHECK(mfa.pauses == 0);
}
