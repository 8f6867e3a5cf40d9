// Orders to wipe a device.
#include "trust/wipe.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <future>

#include "base/encoding.hpp"
#include "house.hpp"
#include "relay/fsck/fsck.hpp"

using namespace sealpost;
using namespace sealpost::testing;

namespace {

std::string id(int number) {
  return "0193aaaa-0000-7000-8000-00000000000" + std::to_string(number);
}

trust::Wipe order(const House& house, int number, const std::string& device = kKim) {
  trust::Wipe wipe;
  wipe.id = id(number);
  wipe.device = trust::parse_device_name(device).value();
  wipe.key = trust::fingerprint(verifier(device).key());
  wipe.trust = house.chain.view();
  wipe.at = kNoon;
  return wipe;
}

HttpAnswer give(House& house, const std::string& by, const std::string& note) {
  return house.ask(by, "POST", "/v1/orders", wire::to_cbor(wire::OrderPosting{note}));
}

std::string target_of(const std::string& device) {
  return "/v1/orders/" + base::to_hex(trust::fingerprint(verifier(device).key()));
}

// `device` may be another key of one, as kKim + "#2".
wire::StandingOrder standing(House& house, const std::string& device = kKim) {
  const HttpAnswer answer = house.ask_unsigned("GET", target_of(device));
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  return wire::parse_standing_order(answer.body).value();
}

wire::WipeAnswer answer_of(const std::string& device, int number, const std::string& also = "") {
  const auto name = trust::parse_device_name(device).value();
  const trust::WipeKey key{name, verifier(device + "/wipe"), kNoon};
  const auto own = trust::fingerprint(verifier(device + also).key());
  const trust::Wiped wiped{id(number), name, own, kNoon};
  return {signed_by(wiped, {device + "/wipe"}), signed_by(key, {device})};
}

HttpAnswer say(House& house, const wire::WipeAnswer& answer) {
  return house.ask_unsigned("POST", "/v1/orders/answer", wire::to_cbor(answer));
}

wire::OrderState state(House& house, const std::string& by, const std::string& device = kKim) {
  const HttpAnswer answer = house.ask(by, "GET", "/v1/orders?device=" + device);
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  return wire::parse_order_state(answer.body).value();
}

void run_sql(const House& house, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((house.dir() / "relay.db").c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

}  // namespace

TEST_CASE("an order waits, verifies from the root alone, and is fetched without a signature") {
  House house;
  CHECK(standing(house).order.empty());
  const std::string note = signed_by(order(house, 1), {kOlivia});
  CHECK(give(house, kOlivia, note).status == 200);
  CHECK(give(house, kOlivia, note).status == 200);
  CHECK(house.events("device.wipe").size() == 1);

  const wire::StandingOrder shown = standing(house);
  CHECK(shown.order == note);
  trust::Chain chain(verifier(std::string(kOrganisation)));
  for (const std::string& entry : shown.entries) REQUIRE(chain.append(entry));
  CHECK(chain.size() < house.chain.size());
  CHECK(trust::verify_wipe(chain, shown.order)->by == kOlivia);
  CHECK(standing(house, kLee).order.empty());

  CHECK(standing(house).order == note);
  const auto fetched = house.events("device.wipe-fetch");
  REQUIRE(fetched.size() == 1);
  CHECK(fetched[0].actor == house.log().name());
  CHECK(fetched[0].objects == std::vector<std::string>{kKim});
  CHECK(fetched[0].details.at("order") == id(1));
}

TEST_CASE("an order is taken from who may give it, about present keys, on this chain") {
  House house;
  CHECK(give(house, kLee, signed_by(order(house, 1), {kLee})).status == 403);
  CHECK(give(house, kLee, signed_by(order(house, 1), {kOlivia})).status == 403);
  CHECK(give(house, kOlivia, signed_by(order(house, 1), {kOlivia + "#2"})).status == 422);
  trust::Wipe other_key = order(house, 1);
  other_key.key = trust::fingerprint(verifier(kLee).key());
  CHECK(give(house, kOlivia, signed_by(other_key, {kOlivia})).status == 422);
  trust::Wipe other_chain = order(house, 1);
  other_chain.trust.hash[0] ^= 1;
  CHECK(give(house, kOlivia, signed_by(other_chain, {kOlivia})).status == 422);
  CHECK(house.ask_unsigned("POST", "/v1/orders", {}).status == 401);
  CHECK(standing(house).order.empty());
  // The root's, carried by anybody.
  const std::string by_root = signed_by(order(house, 1), {std::string(kOrganisation)});
  CHECK(give(house, kLee, by_root).status == 200);
  // Another order under the same id is a conflict, and the newest one counts.
  CHECK(give(house, kOlivia, signed_by(order(house, 1), {kOlivia})).status == 409);
  const std::string newer = signed_by(order(house, 2), {kOlivia});
  CHECK(give(house, kOlivia, newer).status == 200);
  CHECK(standing(house).order == newer);
}

TEST_CASE("a refused device gets its order, and its answer counts once") {
  House house;
  REQUIRE(give(house, kOlivia, signed_by(order(house, 1), {kOlivia})).status == 200);
  REQUIRE(house.post_trust(kOlivia, signed_by(revocation(kKim), {kOlivia})).status == 200);
  CHECK(house.ask(kKim, "GET", "/v1/trust?from=0").status == 403);
  CHECK_FALSE(standing(house).order.empty());

  wire::WipeAnswer forged = answer_of(kKim, 1);
  forged.voucher = answer_of(kLee, 1).voucher;
  CHECK(say(house, forged).status == 422);
  CHECK(say(house, answer_of(kKim, 7)).status == 404);
  CHECK(say(house, answer_of(kLee, 1)).status == 404);
  CHECK(state(house, kOlivia).wiped == base::Time());
  CHECK(say(house, answer_of(kKim, 1)).status == 200);
  CHECK(say(house, answer_of(kKim, 1)).status == 200);
  const auto wiped = house.events("device.wiped");
  REQUIRE(wiped.size() == 1);
  CHECK(wiped[0].actor == kKim);
  // It stays, for a copy of the disk that is brought back.
  CHECK_FALSE(standing(house).order.empty());
}

TEST_CASE("who may revoke sees what became of an order, and the user's devices; across a restart") {
  House house;
  CHECK(house.ask(kOlivia, "GET", "/v1/orders?device=" + kKim).status == 404);
  REQUIRE(give(house, kOlivia, signed_by(order(house, 1), {kOlivia})).status == 200);
  CHECK(house.ask(kLee, "GET", "/v1/orders?device=" + kKim).status == 403);
  CHECK(state(house, kKim).fetched == base::Time());
  house.clock.advance(std::chrono::seconds(60));
  standing(house);
  house.clock.advance(std::chrono::seconds(60));
  REQUIRE(say(house, answer_of(kKim, 1)).status == 200);
  house.stop();
  house.start();
  const wire::OrderState known = state(house, kOlivia);
  CHECK(known.ordered == kNoon);
  CHECK(known.fetched == kNoon + std::chrono::seconds(60));
  CHECK(known.wiped == kNoon + std::chrono::seconds(120));
  CHECK(known.answer == answer_of(kKim, 1).answer);
}

TEST_CASE("a device that is to be wiped gets no other key") {
  House house;
  trust::Certificate next = successor(house.chain, kKim.substr(kKim.find('/') + 1));
  next.at = kNoon;
  next.expires = kNoon + 300 * kDay;
  const std::string entry = signed_by(next, {kKim, kKim + "#2"});
  REQUIRE(give(house, kOlivia, signed_by(order(house, 1), {kOlivia})).status == 200);
  const auto body = wire::to_cbor(wire::TrustEntries{house.chain.size() + 1, {entry}});
  CHECK(house.ask(kKim, "POST", "/v1/trust", body).status == 403);
}

TEST_CASE("an order waits for every key that the device had, and for the present one's answer") {
  House house;
  const std::string second = kKim + "#2";
  const auto change_key = [&](const std::string& from, const std::string& to) {
    trust::Certificate next = successor(house.chain, kKim.substr(kKim.find('/') + 1));
    next.key = verifier(to);
    next.at = kNoon;
    next.expires = kNoon + 300 * kDay;
    return house.post_trust(from, signed_by(next, {from, to})).status;
  };
  REQUIRE(change_key(kKim, second) == 200);
  trust::Wipe wipe = order(house, 1);
  CHECK(give(house, kOlivia, signed_by(wipe, {kOlivia})).status == 409);  // an earlier key
  wipe.key = trust::fingerprint(verifier(second).key());
  const std::string note = signed_by(wipe, {kOlivia});
  REQUIRE(give(house, kOlivia, note).status == 200);
  CHECK(standing(house, kKim).order == note);
  CHECK(standing(house, second).order == note);
  CHECK(standing(house, kKim + "#3").order.empty());

  // A copy was faster. The device itself is still to be wiped, and gets no other key.
  CHECK(say(house, answer_of(kKim, 1, "#3")).status == 404);
  CHECK(say(house, answer_of(kKim, 1)).status == 200);
  CHECK(say(house, answer_of(kKim, 1)).status == 200);
  CHECK(change_key(second, kKim + "#3") == 403);
  CHECK(say(house, answer_of(kKim, 1, "#2")).status == 200);
  CHECK(say(house, answer_of(kKim, 1)).status == 200);
  CHECK(state(house, kOlivia).answer == answer_of(kKim, 1, "#2").answer);
  const auto wiped = house.events("device.wiped");
  REQUIRE(wiped.size() == 2);
  CHECK(wiped[0].details.at("key") == base::to_hex(trust::fingerprint(verifier(kKim).key())));
  CHECK(wiped[1].details.at("key") == base::to_hex(wipe.key));

  // What was answered holds for no later key.
  REQUIRE(change_key(second, kKim + "#3") == 200);
  CHECK(standing(house, kKim + "#3").order.empty());
  CHECK(standing(house, kKim).order == note);
}

TEST_CASE("the last owner's device is not ordered wiped, and who is to be wiped is none") {
  House house;
  // By the root: no device orders its own wipe, and an order of olivia's would end with her.
  const std::string root{kOrganisation};
  CHECK(give(house, kOlivia, signed_by(order(house, 1, kOlivia), {root})).status == 409);
  REQUIRE(house.add_owner("otto/desk").status == 200);
  CHECK(give(house, kOlivia, signed_by(order(house, 1, full("otto/desk")), {root})).status == 200);
  CHECK(give(house, kOlivia, signed_by(order(house, 2, kOlivia), {root})).status == 409);
  CHECK(code_of(house.post_trust(kOlivia, signed_by(revocation(kOlivia), {kOlivia}))) ==
        "conflict");
  const auto otto = full("otto/desk");
  CHECK(house.post_trust(kOlivia, signed_by(revocation(otto), {kOlivia})).status == 200);
}

TEST_CASE("an order ends a poll that waits for mail, and a receipt one that asked for it") {
  House house;
  const auto poll = [&](const std::string& who, const std::string& query) {
    return std::async(std::launch::async, [&house, who, query] {
      return house.ask(who, "GET", "/v1/inbox?wait=60" + query).status;
    });
  };
  const auto waits = [](const std::future<int>& answer) {
    return answer.wait_for(std::chrono::milliseconds(300)) == std::future_status::timeout;
  };
  const auto ends = [](const std::future<int>& answer) {
    return answer.wait_for(std::chrono::seconds(30)) == std::future_status::ready;
  };
  const wire::Submission sent = house.message(1);
  REQUIRE(house.submit(kLee, sent).accepted);
  auto plain = poll(kLee, "");
  auto watching = poll(kLee, "&receipts=0");
  CHECK(waits(plain));
  CHECK(waits(watching));
  const auto delivered = house.receipt(sent, kLee, kKim, receipt::State::kDelivered);
  const auto body = wire::to_cbor(wire::ReceiptBatch{{delivered}});
  REQUIRE(house.ask(kKim, "POST", "/v1/inbox/acknowledge", body).status == 200);
  CHECK(ends(watching));
  CHECK(waits(plain));
  REQUIRE(give(house, kOlivia, signed_by(order(house, 1, kLee), {kOlivia})).status == 200);
  CHECK(ends(plain));
  CHECK(plain.get() == 200);
  CHECK(watching.get() == 200);
  // While it stands, no poll waits.
  CHECK(poll(kLee, "").get() == 200);
}

TEST_CASE("an order of somebody who was revoked since is shown no more") {
  House house;
  const std::string itself = "mercy.example/olivia/phone";
  trust::Certificate second = root_certificate("olivia/phone", trust::Role::kOwner);
  REQUIRE(
      house.post_trust(kOlivia, signed_by(second, {std::string(kOrganisation), itself})).status ==
      200);
  REQUIRE(give(house, itself, signed_by(order(house, 1), {itself})).status == 200);
  CHECK_FALSE(standing(house).order.empty());
  REQUIRE(house.post_trust(kOlivia, signed_by(revocation(itself), {kOlivia})).status == 200);
  CHECK(standing(house).order.empty());
  // And no poll of the device ends for it.
  auto poll = std::async(std::launch::async,
                         [&house] { return house.ask(kKim, "GET", "/v1/inbox?wait=60").status; });
  CHECK(poll.wait_for(std::chrono::milliseconds(300)) == std::future_status::timeout);
  house.submit(kLee, house.message(1));
  CHECK(poll.get() == 200);
}

TEST_CASE("fsck finds an order, or an answer, that somebody has changed") {
  House house;
  REQUIRE(give(house, kOlivia, signed_by(order(house, 1), {kOlivia})).status == 200);
  REQUIRE(say(house, answer_of(kKim, 1)).status == 200);
  house.stop();
  const auto damages = [&] {
    std::vector<std::string> found;
    const relay::FsckOptions options{
        house.dir(), true,
        [&](const relay::Damage& damage) -> base::Result<void> {
          found.push_back(std::string(damage.part) + " " + damage.id);
          return {};
        },
        [](std::string_view, std::uint64_t) { return base::Result<void>(); }};
    REQUIRE(relay::fsck(options).has_value());
    return found;
  };
  const std::vector<std::string> one{"order " + id(1)};
  CHECK(damages().empty());
  run_sql(house, "UPDATE orders SET answer = replace(answer, 'order: 0193', 'order: 0194')");
  CHECK(damages() == one);
  run_sql(house, "UPDATE orders SET wiped = 0");
  CHECK(damages().empty());
  run_sql(house, "UPDATE orders SET statement = replace(statement, 'at: 2026', 'at: 2027')");
  CHECK(damages() == one);
  run_sql(house, "UPDATE orders SET device = 999");
  CHECK(damages() == one);
}

TEST_CASE("fingerprints and bodies out of form are refused, and nobody asks without end") {
  House house([](relay::Settings& settings) { settings.limits.requests_per_minute = 20; });
  CHECK(house.ask_unsigned("GET", "/v1/orders/abc").status == 400);
  CHECK(house.ask_unsigned("GET", "/v1/orders/" + std::string(64, 'z')).status == 400);
  CHECK(house.ask_unsigned("POST", "/v1/orders/answer", base::as_bytes("x")).status == 400);
  int last = 200;
  for (int i = 0; i < 30; ++i) last = house.ask_unsigned("GET", target_of(kKim)).status;
  CHECK(last == 503);
}
