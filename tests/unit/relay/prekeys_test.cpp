// One-time prekeys: published, handed out once, shared fairly, gone with their device.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "base/encoding.hpp"
#include "house.hpp"
#include "relay/fsck/fsck.hpp"

using namespace sealpost;
using namespace sealpost::testing;

namespace {

constexpr std::uint64_t kShare = 32;

trust::Prekey once_prekey(std::uint64_t number) {
  trust::Prekey made = prekey("nurse.kim/phone");
  made.id = fmt::format("{:016x}", number);
  made.last_resort = false;
  return made;
}

std::vector<std::string> once_notes(std::uint64_t first, std::uint64_t count) {
  std::vector<std::string> notes;
  for (std::uint64_t i = 0; i < count; ++i) {
    notes.push_back(signed_by(once_prekey(first + i), {kKim}));
  }
  return notes;
}

HttpAnswer publish(House& house, const wire::PrekeyBatch& batch, const std::string& by = kKim) {
  return house.ask(by, "POST", "/v1/prekeys", wire::to_cbor(batch));
}

void stock(House& house, std::uint64_t first, std::uint64_t count) {
  const HttpAnswer answer = publish(house, {once_notes(first, count), {}});
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
}

void last_resort(House& house) {
  REQUIRE(publish(house, {{signed_by(prekey("nurse.kim/phone"), {kKim})}, {}}).status == 200);
}

// Ids of the one-time prekeys of kim's that `by` gets, "last" for the last resort, "" for nothing.
std::vector<std::string> claim(House& house, std::uint64_t count, const std::string& by = kLee) {
  const wire::PrekeyClaim wanted{house.new_id(), std::vector<std::string>(count, kKim)};
  const HttpAnswer answer = house.ask(by, "POST", "/v1/prekeys/claim", wire::to_cbor(wanted));
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  std::vector<std::string> ids;
  for (const auto& item : wire::parse_claimed_prekeys(answer.body).value().prekeys) {
    CHECK(item.device == kKim);
    if (item.prekey.empty()) {
      ids.emplace_back();
      continue;
    }
    const auto claimed = trust::verify_prekey(house.chain, item.prekey, house.clock.now());
    REQUIRE(claimed.has_value());
    ids.push_back(claimed->last_resort ? "last" : claimed->id);
  }
  return ids;
}

std::size_t count_of(const std::vector<std::string>& ids, std::string_view what) {
  return static_cast<std::size_t>(std::count(ids.begin(), ids.end(), what));
}

wire::PrekeyStock left(House& house, const std::string& of = kKim) {
  const HttpAnswer answer = house.ask(of, "GET", "/v1/prekeys");
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  return wire::parse_prekey_stock(answer.body).value();
}

// Prekeys in a stopped relay's store, in which nothing may be damaged.
std::uint64_t kept(const House& house) {
  relay::FsckOptions options{.dir = house.dir(), .quick = false, .report = {}, .progress = {}};
  options.report = [](const relay::Damage& damage) -> base::Result<void> {
    FAIL_CHECK(damage.part << " " << damage.id << " " << damage.what);
    return {};
  };
  options.progress = [](std::string_view, std::uint64_t) -> base::Result<void> { return {}; };
  return relay::fsck(options).value().prekeys;
}

std::vector<std::string> last_resorts(House& house, wire::Submission message,
                                      const std::string& prekey) {
  message.envelopes[0].prekey = prekey;
  const auto result = house.submit(kLee, message);
  REQUIRE(result.accepted);
  return receipt::parse(note::parse(result.receipt)->text).value().last_resort;
}

}  // namespace

TEST_CASE("a hundred prekeys come in one request, and their device learns what is left") {
  House house;
  CHECK(left(house).once.empty());
  CHECK(left(house).last_resort.empty());
  const std::string last = signed_by(prekey("nurse.kim/phone"), {kKim});
  auto notes = once_notes(1, 100);
  notes.push_back(last);
  REQUIRE(publish(house, {notes, {}}).status == 200);
  CHECK(left(house).once.size() == 100);
  CHECK(left(house).last_resort == last);
  const auto events = house.events("prekey.publish");
  REQUIRE(events.size() == 1);
  CHECK(events[0].details.at("once") == "100");
  CHECK(events[0].details.at("prekey") == "00112233445566ff");
  claim(house, 3);
  CHECK(left(house).once.size() == 97);
  CHECK(left(house, kLee).once.empty());
  CHECK(house.ask(kAuditor, "GET", "/v1/prekeys").status == 403);
}

TEST_CASE("each is handed out once, the oldest first, also several in one request") {
  House house;
  last_resort(house);
  stock(house, 10, 3);
  house.clock.advance(std::chrono::seconds(1));
  stock(house, 1, 2);
  CHECK(claim(house, 2) == std::vector<std::string>{"000000000000000a", "000000000000000b"});
  CHECK(claim(house, 4, kOlivia) == std::vector<std::string>{"000000000000000c", "0000000000000001",
                                                             "0000000000000002", "last"});
  CHECK(claim(house, 1) == std::vector<std::string>{"last"});
}

TEST_CASE("a claim is one event, which names whose prekeys it got and how many were the last") {
  House house;
  last_resort(house);
  stock(house, 1, 2);
  const wire::PrekeyClaim wanted{house.new_id(), {kKim, kKim, kKim, kOlivia}};
  const auto claim_it = [&](const wire::PrekeyClaim& what) {
    return house.ask(kLee, "POST", "/v1/prekeys/claim", wire::to_cbor(what));
  };
  const HttpAnswer answer = claim_it(wanted);
  REQUIRE(answer.status == 200);
  const auto events = house.events("prekey.claim");
  REQUIRE(events.size() == 1);
  CHECK(events[0].actor == kLee);
  CHECK(events[0].objects == std::vector<std::string>{kKim});
  CHECK(events[0].details ==
        std::map<std::string, std::string>{{"count", "3"}, {"last-resort", "1"}});
  CHECK_FALSE(events[0].request.empty());

  // Its answer was lost: the same comes again, nothing is handed out, and nothing is told twice.
  stock(house, 10, 5);
  house.stop();
  house.start();
  CHECK(claim_it(wanted).body == answer.body);
  CHECK(left(house).once.size() == 5);
  CHECK(house.events("prekey.claim").size() == 1);
  // Something else under its id is a conflict; ids belong to their device, for a while.
  wire::PrekeyClaim other = wanted;
  other.devices.pop_back();
  CHECK(claim_it(other).status == 409);
  CHECK(house.ask(kOlivia, "POST", "/v1/prekeys/claim", wire::to_cbor(wanted)).body != answer.body);
  CHECK(house.events("prekey.claim").size() == 2);
  CHECK(claim_it({"no id", {kKim}}).status == 400);
  CHECK(claim_it({house.new_id(), std::vector<std::string>(wire::kMaxClaim + 1, kKim)}).status ==
        400);
  // Nobody had any: that was asked as well.
  CHECK(claim_it({house.new_id(), {kOlivia}}).status == 200);
  CHECK(house.events("prekey.claim").back().objects.empty());
  CHECK(house.events("prekey.claim").back().details.at("count") == "0");
}

TEST_CASE("the greatest claim of the longest names fits one event") {
  audit::Event event;
  event.event = "prekey.claim";
  event.actor = kLee;
  const std::string longest(253 + 1 + 64 + 1 + 32, 'x');
  for (std::size_t i = 0; i < wire::kMaxClaim; ++i) event.objects.push_back(longest);
  event.details = {{"count", "128"}, {"last-resort", "128"}};
  CHECK(audit::to_leaf(event).has_value());
}

TEST_CASE("many who claim at once get different ones") {
  House house;
  last_resort(house);
  stock(house, 1, 100);
  std::vector<std::vector<std::string>> got(6);
  std::vector<std::thread> claimers;
  const std::vector<std::string> who{kLee, kOlivia, kService};
  for (std::size_t i = 0; i < got.size(); ++i) {
    claimers.emplace_back([&, i] {
      for (int n = 0; n < 8; ++n) {
        const auto some = claim(house, 2, who[i % who.size()]);
        got[i].insert(got[i].end(), some.begin(), some.end());
      }
    });
  }
  for (std::thread& one : claimers) one.join();
  std::set<std::string> ids;
  for (const auto& some : got) ids.insert(some.begin(), some.end());
  CHECK(ids.size() == 96);
  CHECK_FALSE(ids.contains("last"));
}

TEST_CASE("what was handed out stays so after a crash and when it is published again") {
  House house;
  last_resort(house);
  stock(house, 1, 4);
  claim(house, 2);
  const auto copy = house.dir().parent_path() / "copy";
  std::filesystem::copy(house.dir(), copy, std::filesystem::copy_options::recursive);
  house.stop();
  std::filesystem::remove_all(house.dir());
  std::filesystem::rename(copy, house.dir());  // as kill -9 would have left it
  house.start();
  stock(house, 1, 4);
  CHECK(left(house).once.size() == 2);
  CHECK(house.events("prekey.publish").size() == 2);  // the repetition is none
  CHECK(claim(house, 3) ==
        std::vector<std::string>{"0000000000000003", "0000000000000004", "last"});
}

TEST_CASE("nobody empties a stock alone: a share a day, or until the device fills it again") {
  House house;
  last_resort(house);
  stock(house, 1, 100);
  house.clock.advance(std::chrono::seconds(1));
  const auto first = claim(house, kShare + 5);
  CHECK(count_of(first, "last") == 5);
  CHECK(count_of(claim(house, 1, kOlivia), "last") == 0);  // others have their own
  SUBCASE("a restart forgets nothing") {
    house.stop();
    house.start();
    CHECK(count_of(claim(house, 1), "last") == 1);
  }
  SUBCASE("days do not help while the device is away") {
    house.clock.advance(3 * kDay);
    CHECK(count_of(claim(house, 1), "last") == 1);
  }
  SUBCASE("nor does a full stock on the same day") {
    stock(house, 1000, 33);
    house.clock.advance(std::chrono::seconds(1));
    CHECK(count_of(claim(house, 1), "last") == 1);
  }
  SUBCASE("both do") {
    house.clock.advance(std::chrono::seconds(1));
    stock(house, 1000, 33);
    house.clock.advance(kDay + std::chrono::seconds(2));
    CHECK(count_of(claim(house, kShare + 1), "last") == 1);
  }
}

TEST_CASE("what has expired is not handed out, and is swept later") {
  House house;
  stock(house, 1, 2);
  claim(house, 1);
  house.clock.advance(30 * kDay);
  CHECK(left(house).once.empty());
  CHECK(claim(house, 1) == std::vector<std::string>{""});
  const auto restarted = [&] {
    house.stop();
    house.start();  // sweeps
    house.stop();
    const std::uint64_t there = kept(house);
    house.start();
    return there;
  };
  CHECK(restarted() == 2);  // a message that was sealed for one of them may be on its way
  house.clock.advance(8 * kDay);
  CHECK(restarted() == 0);
}

TEST_CASE("a device takes its own back, and what somebody has stays taken") {
  House house;
  stock(house, 1, 3);
  claim(house, 1);
  CHECK(publish(house, {{}, {"0000000000000001", "0000000000000002", "00000000000000ff"}}).status ==
        200);
  CHECK(left(house).once == std::vector<std::string>{"0000000000000003"});
  CHECK(house.events("prekey.publish").back().details.at("withdrawn") == "1");
  CHECK(publish(house, {{}, {"0000000000000003"}}, kLee).status == 200);
  CHECK(left(house).once.size() == 1);
}

TEST_CASE("each of a batch must hold, or none is taken") {
  House house;
  auto notes = once_notes(1, 3);
  SUBCASE("forged") { notes.push_back(signed_by(once_prekey(9), {kKim + "#2"})); }
  SUBCASE("another device's") { notes.push_back(signed_by(prekey("dr.lee/laptop"), {kLee})); }
  SUBCASE("expired") {
    trust::Prekey old = once_prekey(9);
    old.at = kNoon - 40 * kDay;
    old.expires = kNoon - kDay;
    notes.push_back(signed_by(old, {kKim}));
  }
  CHECK(publish(house, {notes, {}}).status >= 400);
  CHECK(left(house).once.empty());
  CHECK(house.events("prekey.publish").empty());
}

TEST_CASE("a device keeps a bounded number") {
  House house;
  stock(house, 1, 200);
  CHECK(code_of(publish(house, {once_notes(1000, 1), {}})) == "denied");
  CHECK(left(house).once.size() == 200);
}

TEST_CASE("prekeys of a revoked device go") {
  House house;
  last_resort(house);
  stock(house, 1, 5);
  REQUIRE(house.post_trust(kOlivia, signed_by(revocation(kKim), {kOlivia})).status == 200);
  CHECK(claim(house, 1) == std::vector<std::string>{""});
  house.stop();
  CHECK(kept(house) == 0);
}

TEST_CASE("the receipt of acceptance names who was reached by the last resort") {
  House house;
  last_resort(house);
  stock(house, 1, 2);
  const auto mine = claim(house, 1);
  const auto others = claim(house, 1, kOlivia);
  CHECK(last_resorts(house, house.message(1), mine[0]).empty());
  CHECK(last_resorts(house, house.message(2), "00112233445566ff") ==
        std::vector<std::string>{kKim});
  // Not what somebody else has got, nor what nobody has.
  CHECK(last_resorts(house, house.message(3), others[0]) == std::vector<std::string>{kKim});
  CHECK(last_resorts(house, house.message(4), "00000000000000ff") ==
        std::vector<std::string>{kKim});
}
