// The trust chain at the relay: bootstrap, additions, enrolment.
#include <doctest/doctest.h>

#include "house.hpp"
#include "relay/store/sqlite_store.hpp"

using namespace sealpost;
using namespace sealpost::testing;

namespace {

const std::string kRoot{kOrganisation};

base::Bytes enrolment(const std::string& certificate, const std::string& prekey) {
  return wire::to_cbor(wire::Enrolment{certificate, prekey});
}

}  // namespace

TEST_CASE("the relay says who it is without a signature") {
  House house;
  const HttpAnswer answer = house.ask_unsigned("GET", "/v1/relay");
  REQUIRE(answer.status == 200);
  const auto info = wire::parse_relay_info(answer.body);
  REQUIRE(info.has_value());
  CHECK(info->organisation == verifier(kRoot).vkey());
  CHECK(info->log == house.log().vkey());
  CHECK(info->trust_size == house.chain.size());
}

TEST_CASE("a device reads the chain from any number on") {
  House house;
  const HttpAnswer answer = house.ask(kLee, "GET", "/v1/trust?from=2");
  REQUIRE(answer.status == 200);
  const auto entries = wire::parse_trust_entries(answer.body);
  REQUIRE(entries.has_value());
  CHECK(entries->size == house.chain.size());
  CHECK(entries->entries ==
        std::vector<std::string>(house.chain.entries().begin() + 2, house.chain.entries().end()));
  CHECK(house.ask(kLee, "GET", "/v1/trust?from=x").status == 400);
  CHECK(house.ask(kLee, "GET", "/v1/trust?since=1").status == 400);
}

TEST_CASE("every entry of the bootstrap is in the log") {
  House house;
  const auto events = house.events();
  REQUIRE(events.size() > house.chain.size());
  CHECK(events[0].event == "org.create");
  CHECK(events[1].event == "relay.add");
  CHECK(events[2].event == "member.join");
  CHECK(events[2].objects == std::vector<std::string>{kOlivia});
  CHECK(events[0].details.at("statement") == hash_of(house.chain.entries()[0]));
  CHECK(events[2].details.at("trust") == "2");
}

TEST_CASE("a relay with a chain takes nothing unsigned, and says so before the body comes") {
  House house;
  const std::size_t before = house.events().size();
  const auto& entries = house.chain.entries();
  const auto same = wire::to_cbor(wire::TrustEntries{entries.size(), entries});
  const HttpAnswer answer = house.ask_unsigned("POST", "/v1/trust", same);
  CHECK(answer.status == 401);
  CHECK(code_of(answer) == "locked");
  HttpConnection connection(house.port());
  connection.send(head_of("POST", "/v1/trust", {}, wire::kMaxBody));
  CHECK(connection.receive().status == 401);
  CHECK(house.events().size() == before);
}

TEST_CASE("the first entries again change nothing, others in their place are a conflict") {
  House house;
  const std::size_t before = house.events().size();
  const auto entries = house.chain.entries();
  house.stop();
  CHECK(relay::bootstrap(house.dir(), entries, house.seams()).has_value());
  const std::vector<std::string> fewer{entries[0], entries[1]};
  CHECK(relay::bootstrap(house.dir(), fewer, house.seams()).has_value());
  const std::vector<std::string> swapped{entries[1], entries[0]};
  const auto refused = relay::bootstrap(house.dir(), swapped, house.seams());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == base::Code::kConflict);
  house.start();
  CHECK(house.events("org.create").size() == 1);
  CHECK(house.events("member.join").size() == 5);
  CHECK(house.events().size() > before);
}

TEST_CASE("an empty relay takes its first chain unsigned, within bounds") {
  House house;
  const auto entries = house.chain.entries();
  house.stop();
  std::filesystem::remove(house.dir() / "relay.db");
  std::filesystem::remove(house.dir() / "relay.db-wal");
  std::filesystem::remove(house.dir() / "relay.db-shm");
  REQUIRE(relay::SqliteStore::open(house.dir() / "relay.db", 0).has_value());
  house.start();
  HttpConnection connection(house.port());
  connection.send(head_of("POST", "/v1/trust", {}, (1 << 20) + 1));
  CHECK(connection.receive().status == 413);
  const auto body = wire::to_cbor(wire::TrustEntries{entries.size(), entries});
  CHECK(house.ask_unsigned("POST", "/v1/trust", body).status == 200);
  CHECK(house.ask_unsigned("POST", "/v1/trust", body).status == 401);
}

TEST_CASE("of a refused batch no entry stays, and the chain goes on from where it was") {
  House house;
  const std::uint64_t size = house.chain.size();
  const std::string good = signed_by(invitation("dr.may", trust::Role::kMember, 1), {kOlivia});
  const auto batch = wire::to_cbor(wire::TrustEntries{size + 2, {good, "rubbish"}});
  for (int i = 0; i < 3; ++i) {
    CHECK(house.ask(kOlivia, "POST", "/v1/trust", batch).status == 400);
  }
  CHECK(house.ask(kLee, "GET", "/v1/trust?from=" + std::to_string(size)).status == 200);
  const HttpAnswer info = house.ask_unsigned("GET", "/v1/relay");
  CHECK(wire::parse_relay_info(info.body).value().trust_size == size);
  CHECK(house.post_trust(kOlivia, good).status == 200);
  CHECK(house.events("member.invite").size() == 1);
}

TEST_CASE("an empty relay takes no chain that does not name its log key") {
  House house;
  relay::NewRelay wanted;
  wanted.dir = house.dir().parent_path() / "other";
  wanted.organisation = verifier(kRoot);
  wanted.listen = "127.0.0.1:0";
  wanted.url = "http://127.0.0.1:0";
  wanted.plain = true;
  REQUIRE(relay::initialise(wanted, house.seams()).has_value());
  const auto refused = relay::bootstrap(wanted.dir, house.chain.entries(), house.seams());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == base::Code::kDenied);
  const std::vector<std::string> foreign{
      signed_by(organisation(), {"other.example"}),
  };
  CHECK_FALSE(relay::bootstrap(wanted.dir, foreign, house.seams()).has_value());
}

TEST_CASE("an owner's invitation is taken in and logged; a member's for another is refused") {
  House house;
  const std::string entry = signed_by(invitation("dr.may", trust::Role::kMember, 1), {kOlivia});
  CHECK(house.post_trust(kOlivia, entry).status == 200);
  const auto invited = house.events("member.invite");
  REQUIRE(invited.size() == 1);
  CHECK(invited[0].actor == kOlivia);
  CHECK(invited[0].objects == std::vector<std::string>{invitation_key(1)});
  CHECK(invited[0].request.size() == 64);

  const std::string forbidden = signed_by(invitation("dr.june", trust::Role::kMember, 2), {kLee});
  const HttpAnswer answer = house.post_trust(kLee, forbidden);
  CHECK(answer.status == 403);
  const auto refusals = house.events("access.refused");
  REQUIRE(refusals.size() == 1);
  CHECK(refusals[0].actor == kLee);
  CHECK(refusals[0].details.at("route") == "POST /v1/trust");
  CHECK(refusals[0].details.at("code") == "denied");
}

TEST_CASE("an entry is not brought by a device that did not sign it, unless the root did") {
  House house;
  const std::string owners = signed_by(invitation("dr.may", trust::Role::kMember, 1), {kOlivia});
  CHECK(house.post_trust(kLee, owners).status == 403);
  const std::string roots = signed_by(invitation("dr.may", trust::Role::kMember, 1), {kRoot});
  CHECK(house.post_trust(kOlivia, roots).status == 200);
}

TEST_CASE("a chain that has gone on meanwhile is a conflict; a repeat is not") {
  House house;
  const std::string entry = signed_by(invitation("dr.may", trust::Role::kMember, 1), {kOlivia});
  REQUIRE(house.post_trust(kOlivia, entry).status == 200);
  const std::uint64_t size = house.chain.size();
  const auto again = wire::to_cbor(wire::TrustEntries{size, {entry}});
  CHECK(house.ask(kOlivia, "POST", "/v1/trust", again).status == 200);
  const std::string other = signed_by(invitation("dr.june", trust::Role::kMember, 2), {kOlivia});
  const auto late = wire::to_cbor(wire::TrustEntries{size, {other}});
  CHECK(house.ask(kOlivia, "POST", "/v1/trust", late).status == 409);
  const auto early = wire::to_cbor(wire::TrustEntries{size + 2, {other}});
  CHECK(house.ask(kOlivia, "POST", "/v1/trust", early).status == 409);
  CHECK(house.events("member.invite").size() == 1);
}

TEST_CASE("enrolling joins with certificate and prekey at once, and may be repeated") {
  House house;
  REQUIRE(
      house.post_trust(kOlivia, signed_by(invitation("dr.may", trust::Role::kMember, 1), {kOlivia}))
          .status == 200);
  const std::string inviting = invitation_key(1);
  CHECK(house.ask(inviting, "GET", "/v1/trust?from=0").status == 200);
  const std::string device = full("dr.may/phone");
  const std::string certificate =
      signed_by(invited_certificate(house.chain, 1, "dr.may/phone"), {inviting, device});
  const std::string prekey_note = signed_by(prekey("dr.may/phone"), {device});

  const std::string foreign = signed_by(prekey("nurse.kim/phone"), {kKim});
  CHECK(house.ask(inviting, "POST", "/v1/enrol", enrolment(certificate, foreign)).status == 403);
  CHECK(house.events("member.join").size() == 5);  // nothing of a refused enrolment stays

  CHECK(house.ask(inviting, "POST", "/v1/enrol", enrolment(certificate, prekey_note)).status ==
        200);
  must(house.chain, certificate);
  CHECK(house.ask(inviting, "POST", "/v1/enrol", enrolment(certificate, prekey_note)).status ==
        200);
  const auto joined = house.events("member.join");
  REQUIRE(joined.size() == 6);
  CHECK(joined.back().actor == device);
  CHECK(house.events("prekey.publish").size() == 1);
  const HttpAnswer used = house.ask(inviting, "GET", "/v1/trust?from=0");
  CHECK(used.status == 409);
  CHECK(used.text().find("used already") != std::string::npos);
  CHECK(house.ask(device, "GET", "/v1/trust?from=0").status == 200);

  const std::string second = signed_by(invited_certificate(house.chain, 1, "dr.may/desk"),
                                       {inviting, full("dr.may/desk")});
  const auto answer = house.ask(inviting, "POST", "/v1/enrol", enrolment(second, ""));
  CHECK(answer.status == 409);
  CHECK(house.ask(kLee, "POST", "/v1/enrol", enrolment(certificate, prekey_note)).status == 403);
}

TEST_CASE("an invitation that has expired opens nothing") {
  House house;
  REQUIRE(
      house.post_trust(kOlivia, signed_by(invitation("dr.may", trust::Role::kMember, 1), {kOlivia}))
          .status == 200);
  house.clock.advance(8 * kDay);
  CHECK(house.ask(invitation_key(1), "GET", "/v1/trust").status == 403);
}

TEST_CASE("prekeys are published by their device and claimed by others") {
  House house;
  const auto batch = [](const std::string& note) {
    return wire::to_cbor(wire::PrekeyBatch{{note}});
  };
  const std::string kims = signed_by(prekey("nurse.kim/phone"), {kKim});
  CHECK(house.ask(kLee, "POST", "/v1/prekeys", batch(kims)).status == 403);
  CHECK(house.ask(kKim, "POST", "/v1/prekeys", batch(kims)).status == 200);
  CHECK(house.ask(kKim, "POST", "/v1/prekeys", batch(kims)).status == 200);
  CHECK(house.events("prekey.publish").size() == 1);
  const std::string forged = signed_by(prekey("nurse.kim/phone"), {kKim + "#2"});
  CHECK(house.ask(kKim, "POST", "/v1/prekeys", batch(forged)).status == 422);

  const auto claim =
      wire::to_cbor(wire::PrekeyClaim{house.new_id(), {kKim, kOlivia, full("nobody/there")}});
  const HttpAnswer answer = house.ask(kLee, "POST", "/v1/prekeys/claim", claim);
  REQUIRE(answer.status == 200);
  const auto claimed = wire::parse_claimed_prekeys(answer.body);
  REQUIRE(claimed.has_value());
  REQUIRE(claimed->prekeys.size() == 3);
  CHECK(claimed->prekeys[0].prekey == kims);
  CHECK(claimed->prekeys[1].prekey.empty());
  CHECK(claimed->prekeys[2].prekey.empty());
}
