// The register at the relay: appending, reading, contact keys, grants, decisions.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "base/encoding.hpp"
#include "house.hpp"
#include "policy/policy.hpp"
#include "relay/fsck/fsck.hpp"
#include "relay/store/sqlite_store.hpp"

using namespace sealpost;
using namespace sealpost::testing;

namespace {

const std::string kEntries = "/v1/register/people/entries";
const std::string kBlob = "00112233445566778899aabbccddeeff";

std::string contact(int number) { return fmt::format("c-{:032x}", number); }

base::Bytes age_file(const std::string& content) {
  return base::to_bytes("age-encryption.org/v1\n" + content);
}

// Recognisable in a file's bytes.
base::Bytes wrapped(int number) {
  std::string text;
  while (text.size() < wire::kWrappedKeySize) text += fmt::format("wrapped-key-of-{:02}-", number);
  text.resize(wire::kWrappedKeySize);
  return base::to_bytes(text);
}

bool holds_key(const std::filesystem::path& file, int number) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  return bytes.find(std::string(base::as_text(wrapped(number)))) != std::string::npos;
}

wire::RegisterAppend entry(int number, std::uint64_t after, std::uint64_t epoch = 1) {
  wire::RegisterAppend out;
  out.id = fmt::format("0193aaaa-0000-7000-8000-{:012x}", number);
  out.epoch = epoch;
  out.after = after;
  out.file = age_file("entry " + std::to_string(number));
  return out;
}

HttpAnswer post(House& house, const std::string& by, const wire::RegisterAppend& what,
                const std::string& target = kEntries) {
  return house.ask(by, "POST", target, wire::to_cbor(what));
}

wire::RegisterAppended append(House& house, const wire::RegisterAppend& what,
                              const std::string& by = kLee) {
  const HttpAnswer answer = post(house, by, what);
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  return wire::parse_register_appended(answer.body).value();
}

wire::RegisterEntries read(House& house, const std::string& by = kLee,
                           const std::string& query = "") {
  const HttpAnswer answer = house.ask(by, "GET", kEntries + query);
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  return wire::parse_register_entries(answer.body).value();
}

wire::RegisterState state(House& house, const std::string& stream = "people") {
  const HttpAnswer answer = house.ask(kLee, "GET", "/v1/register/" + stream);
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  return wire::parse_register_state(answer.body).value();
}

void publish(House& house, const std::string& device) {
  trust::Prekey made = prekey("nurse.kim/phone");
  made.device = trust::parse_device_name(device).value();
  const wire::PrekeyBatch batch{{signed_by(made, {device})}, {}};
  REQUIRE(house.ask(device, "POST", "/v1/prekeys", wire::to_cbor(batch)).status == 200);
}

wire::RegisterGrant grant(const std::string& device, std::uint64_t epoch = 1,
                          const std::string& prekey = "00112233445566ff") {
  return {device, epoch, prekey, age_file("grant of epoch " + std::to_string(epoch))};
}

HttpAnswer give(House& house, const std::vector<wire::RegisterGrant>& grants,
                const std::string& by = kLee) {
  return house.ask(by, "POST", "/v1/register/people/grants",
                   wire::to_cbor(wire::RegisterGrants{grants}));
}

HttpAnswer own_grant(House& house, const std::string& device) {
  return house.ask(device, "GET", "/v1/register/people/grant");
}

void run_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  char* why = nullptr;
  CHECK_MESSAGE(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &why) == SQLITE_OK,
                (why == nullptr ? "" : why));
  sqlite3_free(why);
  sqlite3_close(database);
}

std::string damages_in(const std::filesystem::path& dir) {
  std::string out;
  relay::FsckOptions options{.dir = dir, .quick = false, .report = {}, .progress = {}};
  options.report = [&](const relay::Damage& damage) -> base::Result<void> {
    out += fmt::format("{} {} {}; ", damage.part, damage.id, damage.what);
    return {};
  };
  options.progress = [](std::string_view, std::uint64_t) -> base::Result<void> { return {}; };
  CHECK(relay::fsck(options).has_value());
  return out;
}

void upload(House& house) {
  const base::Bytes content(500, 3);
  REQUIRE(house.ask(kLee, "POST", "/v1/blobs", wire::to_cbor(wire::BlobReservation{kBlob, 500}))
              .status == 200);
  const std::string part = "/v1/blobs/" + kBlob + "/parts/0";
  REQUIRE(HttpConnection(house.port())
              .ask("PUT", part, house.sign(kLee, "PUT", part, content, false), content)
              .status == 200);
  const wire::BlobCompletion completion{{merkle::leaf_hash(content)}};
  REQUIRE(house.ask(kLee, "POST", "/v1/blobs/" + kBlob + "/complete", wire::to_cbor(completion))
              .status == 200);
}

}  // namespace

TEST_CASE("an entry gets the next number, a head, and an event that says so") {
  House house;
  CHECK(state(house).size == 0);
  CHECK(state(house).epoch == 0);
  CHECK(append(house, entry(1, 0)).number == 1);
  CHECK(append(house, entry(2, 1), kOlivia).number == 2);
  CHECK(state(house).size == 2);
  CHECK(state(house).epoch == 1);
  CHECK(state(house, "organisation").size == 0);

  const wire::RegisterEntries got = read(house, kService);
  REQUIRE(got.entries.size() == 2);
  CHECK(got.entries[0].file == entry(1, 0).file);
  crypto::Digest head{};
  const auto events = house.events("register.append");
  REQUIRE(events.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const crypto::Digest file = crypto::sha256(got.entries[i].file);
    base::Bytes both = base::to_bytes(head);
    base::append(both, file);
    head = crypto::sha256(both);
    const audit::Event event = audit::parse_leaf(got.entries[i].leaf).value();
    CHECK(got.entries[i].number == i + 1);
    CHECK(event.event == "register.append");
    CHECK(event.actor == (i == 0 ? kLee : kOlivia));
    CHECK(event.objects == std::vector<std::string>{"people"});
    CHECK(event.details == std::map<std::string, std::string>{{"number", std::to_string(i + 1)},
                                                              {"entry", base::to_hex(file)},
                                                              {"head", base::to_hex(head)},
                                                              {"epoch", "1"}});
    CHECK(events[i].details == event.details);
  }
  CHECK(got.entries[1].index > got.entries[0].index);
  CHECK(house.ask_unsigned("GET", "/metrics").text().find("sealpost_register_entries_total 2") !=
        std::string::npos);
}

TEST_CASE("the same entry again is a duplicate, another under its id a conflict") {
  House house;
  append(house, entry(1, 0));
  append(house, entry(2, 1));
  const wire::RegisterAppended again = append(house, entry(1, 0));
  CHECK(again.number == 1);
  CHECK(again.duplicate);
  wire::RegisterAppend other = entry(1, 2);
  other.file = age_file("other");
  const HttpAnswer refused = post(house, kLee, other);
  CHECK(refused.status == 409);
  // Of another device the id is another.
  CHECK(append(house, other, kKim).number == 3);
  CHECK(state(house).size == 3);
  CHECK(house.events("register.append").size() == 3);
}

TEST_CASE("an epoch begins behind everything that its author has read, and only the next one") {
  House house;
  CHECK(post(house, kLee, entry(1, 0, 2)).status == 409);
  append(house, entry(1, 0, 1));
  CHECK(post(house, kLee, entry(2, 0, 1)).status == 409);  // begins epoch 1 once more
  append(house, entry(2, 1, 1));
  append(house, entry(6, 1, 1));  // others since its author read: fine within an epoch
  const HttpAnswer late = post(house, kLee, entry(3, 1, 2));
  CHECK(late.status == 409);
  CHECK(late.text().find("read the stream to its end") != std::string::npos);
  CHECK(append(house, entry(3, 3, 2)).number == 4);
  CHECK(state(house).epoch == 2);
  CHECK(post(house, kLee, entry(4, 3, 2)).status == 409);  // begins epoch 2 once more
  CHECK(post(house, kLee, entry(4, 4, 1)).status == 409);
  CHECK(post(house, kLee, entry(4, 4, 4)).status == 409);
  CHECK(post(house, kLee, entry(4, 9, 2)).status == 409);
  CHECK(state(house).size == 4);
}

TEST_CASE("of many who begin the same epoch at once one succeeds, and no number is used twice") {
  House house;
  append(house, entry(1, 0));
  constexpr int kThreads = 8;
  std::atomic<int> begun{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) post(house, kLee, entry(100 + t * 5 + i, 1, 1));
      const wire::RegisterState before = state(house);
      const std::uint64_t after = before.epoch == 1 ? before.size : 1;
      const int status = post(house, kLee, entry(200 + t, after, 2)).status;
      if (status == 200) ++begun;
      if (status == 409) ++refused;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(begun <= 1);
  CHECK(begun + refused == kThreads);
  CHECK(state(house).epoch == static_cast<std::uint64_t>(begun) + 1);
  const auto got = read(house);
  for (std::size_t i = 0; i < got.entries.size(); ++i) CHECK(got.entries[i].number == i + 1);
  CHECK(got.entries.size() == state(house).size);
  house.checkpoint();
  house.stop();
  CHECK(damages_in(house.dir()).empty());
}

TEST_CASE("what is out of form is refused and leaves nothing") {
  House house;
  const auto refused = [&](const std::function<void(wire::RegisterAppend&)>& change,
                           const std::string& target = kEntries) {
    wire::RegisterAppend bad = entry(1, 0);
    change(bad);
    return post(house, kLee, bad, target).status;
  };
  CHECK(refused([](auto& e) { e.id = "1"; }) == 400);
  CHECK(refused([](auto& e) { e.epoch = 0; }) == 400);
  CHECK(refused([](auto& e) { e.file = base::to_bytes("Jane Doe"); }) == 400);
  CHECK(refused([](auto& e) { e.keys = {{"jane", 1, wrapped(1)}}; }) == 400);
  CHECK(refused([](auto& e) { e.keys = {{contact(1), 2, wrapped(1)}}; }) == 400);
  CHECK(refused([](auto& e) { e.keys = {{contact(1), 0, wrapped(1)}}; }) == 400);
  CHECK(refused([](auto& e) { e.keys = {{contact(1), 1, base::Bytes(72)}}; }) == 400);
  CHECK(refused([](auto& e) {
          e.keys = {{contact(1), 1, wrapped(1)}, {contact(1), 1, wrapped(2)}};
        }) == 400);
  CHECK(refused([](auto& e) { e.shredded = {"jane"}; }) == 400);
  CHECK(refused([](auto& e) { e.shredded = {contact(1)}; }) == 404);
  CHECK(refused([](auto& e) { e.blobs = {"x"}; }) == 400);
  CHECK(refused([](auto& e) { e.blobs = {kBlob}; }) == 404);
  CHECK(refused([](auto&) {}, "/v1/register/other/entries") == 404);
  CHECK(refused(
            [](auto& e) {
              e.keys = {{contact(1), 1, wrapped(1)}};
            },
            "/v1/register/organisation/entries") == 400);
  CHECK(house.ask(kLee, "GET", kEntries + "?limit=0").status == 400);
  CHECK(house.ask(kLee, "GET", kEntries + "?limit=1001").status == 400);
  CHECK(state(house).size == 0);
  CHECK(house.events("register.append").empty());
}

TEST_CASE("a contact's key comes once and goes with its shredding, from the file as well") {
  House house;
  wire::RegisterAppend added = entry(1, 0);
  for (int i = 1; i <= 40; ++i) added.keys.push_back({contact(i), 1, wrapped(i)});
  append(house, added);
  CHECK(read(house).keys.size() == 40);
  wire::RegisterAppend twice = entry(2, 1);
  twice.keys = {{contact(7), 1, wrapped(8)}};
  CHECK(post(house, kLee, twice).status == 409);
  CHECK(state(house).size == 1);

  const auto holds = [&](const std::string& file, int number) {
    return holds_key(house.dir() / file, number);
  };
  wire::RegisterAppend shredding = entry(3, 1);
  shredding.shredded = {contact(7), contact(8)};
  append(house, shredding, kKim);
  CHECK(holds("relay.db", 9));
  for (const int gone : {7, 8}) {
    CHECK_FALSE(holds("relay.db", gone));
    CHECK_FALSE(holds("relay.db-wal", gone));
  }
  const auto got = read(house);
  CHECK(got.entries.size() == 2);
  CHECK(got.keys.size() == 38);
  CHECK(std::none_of(got.keys.begin(), got.keys.end(),
                     [](const auto& key) { return key.contact == contact(7); }));
  const auto events = house.events("register.shred");
  REQUIRE(events.size() == 1);
  CHECK(events[0].objects == shredding.shredded);
  CHECK(events[0].actor == kKim);
  // Again by another device, beside one that is still there.
  wire::RegisterAppend more = entry(4, 2);
  more.shredded = {contact(8), contact(9)};
  append(house, more);
  CHECK(house.events("register.shred")[1].objects == std::vector<std::string>{contact(9)});
  // What was shredded does not come back.
  wire::RegisterAppend back = entry(5, 3);
  back.keys = {{contact(7), 1, wrapped(7)}};
  CHECK(post(house, kLee, back).status == 409);
  house.checkpoint();
  house.stop();
  CHECK(damages_in(house.dir()).empty());
}

TEST_CASE("the log says which keys came with an entry, and which were to go") {
  House house;
  wire::RegisterAppend one = entry(1, 0);
  one.keys = {{contact(2), 1, wrapped(2)}, {contact(1), 1, wrapped(1)}};
  append(house, one);
  wire::RegisterAppend two = entry(2, 1);
  two.shredded = {contact(1), contact(2)};
  append(house, two);
  wire::RegisterAppend three = entry(3, 2);
  three.shredded = {contact(2)};  // gone already
  append(house, three);
  const auto events = house.events("register.append");
  REQUIRE(events.size() == 3);
  const std::string lines = contact(2) + " " + base::to_hex(crypto::sha256(wrapped(2))) + "\n" +
                            contact(1) + " " + base::to_hex(crypto::sha256(wrapped(1))) + "\n";
  CHECK(events[0].details.at("keys") == base::to_hex(crypto::sha256(base::as_bytes(lines))));
  CHECK_FALSE(events[0].details.contains("shredded"));
  CHECK_FALSE(events[1].details.contains("keys"));
  CHECK(events[1].details.at("shredded") == contact(1) + " " + contact(2));
  CHECK(events[2].details.at("shredded") == contact(2));
}

TEST_CASE("keys are destroyed only by who has read everything") {
  House house;
  wire::RegisterAppend one = entry(1, 0);
  one.keys = {{contact(1), 1, wrapped(1)}};
  append(house, one);
  append(house, entry(2, 1), kOlivia);
  wire::RegisterAppend late = entry(3, 1);
  late.shredded = {contact(1)};
  CHECK(post(house, kLee, late).status == 409);
  CHECK(read(house).keys.size() == 1);
  late.after = 2;
  CHECK(append(house, late).number == 3);
  CHECK(read(house).keys.empty());
}

TEST_CASE("entries are read in pages, each with its own keys") {
  House house;
  for (int i = 1; i <= 5; ++i) {
    wire::RegisterAppend one = entry(i, static_cast<std::uint64_t>(i - 1));
    one.file = age_file(std::string(1900 << 10, 'x'));
    one.keys = {{contact(i), 1, wrapped(i)}};
    append(house, one);
  }
  const auto first = read(house);
  CHECK(first.more);
  CHECK(first.entries.size() == 4);
  CHECK(first.keys.size() == 4);
  const auto rest = read(house, kLee, "?after=4");
  CHECK_FALSE(rest.more);
  REQUIRE(rest.entries.size() == 1);
  CHECK(rest.entries[0].number == 5);
  CHECK(rest.keys.at(0).contact == contact(5));
  CHECK(read(house, kLee, "?after=2&limit=1").entries.at(0).number == 3);
}

TEST_CASE("what an entry keeps is there for readers of the register and is not swept") {
  House house;
  upload(house);
  const std::string target = "/v1/blobs/" + kBlob;
  wire::RegisterAppend with_file = entry(1, 0);
  with_file.blobs = {kBlob};
  CHECK(post(house, kKim, with_file).status == 404);  // only the uploader's
  CHECK(house.ask(kKim, "GET", target).status == 404);
  append(house, with_file);
  CHECK(house.ask(kKim, "GET", target).body == base::Bytes(500, 3));
  CHECK(house.ask(kService, "GET", target + "/leaves").status == 200);
  CHECK(house.ask(kAuditor, "GET", target).status == 403);
  house.stop();
  house.clock.advance(300 * kDay);
  house.start();  // sweeps
  house.checkpoint();
  CHECK(house.ask(kKim, "GET", target).status == 200);
}

TEST_CASE("a grant is kept for a device that may read, the newest one, until it is missed") {
  House house;
  publish(house, kKim);
  append(house, entry(1, 0));
  CHECK(own_grant(house, kKim).status == 404);
  CHECK(give(house, {grant(kKim)}).status == 200);
  CHECK(give(house, {grant(kKim)}, kOlivia).status == 200);  // the same again
  REQUIRE(state(house).granted.size() == 1);
  CHECK(state(house).granted[0].device == kKim);
  CHECK(state(house).granted[0].epoch == 1);
  const auto got = wire::parse_register_grant(own_grant(house, kKim).body).value();
  CHECK(got.file == grant(kKim).file);
  CHECK(got.prekey == grant(kKim).prekey);
  CHECK(own_grant(house, kLee).status == 404);
  auto events = house.events("register.grant");
  REQUIRE(events.size() == 1);
  CHECK(events[0].objects == std::vector<std::string>{"people", kKim});
  CHECK(events[0].details.at("epoch") == "1");
  CHECK(events[0].details.at("grant") == base::to_hex(crypto::sha256(grant(kKim).file)));

  append(house, entry(2, 1, 2));
  CHECK(give(house, {grant(kKim, 2)}).status == 200);
  CHECK(give(house, {grant(kKim, 1)}).status == 200);  // older: changes nothing
  CHECK(state(house).granted[0].epoch == 2);
  CHECK(give(house, {grant(kKim, 3)}).status == 409);
  for (int i = 0; i < 2; ++i) {
    CHECK(house.ask(kKim, "POST", "/v1/register/people/grant/missed").status == 200);
  }
  CHECK(own_grant(house, kKim).status == 404);
  CHECK(state(house).granted.empty());
  events = house.events("register.miss");
  REQUIRE(events.size() == 1);
  CHECK(events[0].actor == kKim);
  CHECK(events[0].details.at("epoch") == "2");
}

TEST_CASE("a grant goes to prekeys that were handed out, of active devices that may read") {
  House house;
  publish(house, kKim);
  append(house, entry(1, 0));
  CHECK(give(house, {grant(kKim, 1, "ffffffffffffffff")}).status == 409);
  trust::Prekey once = prekey("nurse.kim/phone");
  once.id = "aaaaaaaaaaaaaaaa";
  once.last_resort = false;
  const wire::PrekeyBatch batch{{signed_by(once, {kKim})}, {}};
  REQUIRE(house.ask(kKim, "POST", "/v1/prekeys", wire::to_cbor(batch)).status == 200);
  CHECK(give(house, {grant(kKim, 1, once.id)}).status == 409);
  REQUIRE(house
              .ask(kLee, "POST", "/v1/prekeys/claim",
                   wire::to_cbor(wire::PrekeyClaim{house.new_id(), {kKim}}))
              .status == 200);
  CHECK(give(house, {grant(kKim, 1, once.id)}, kOlivia).status == 409);  // lee has got it
  CHECK(give(house, {grant(kKim, 1, once.id)}).status == 200);

  CHECK(give(house, {grant(kAuditor)}).status == 403);
  CHECK(give(house, {grant("mercy.example/nobody/phone")}).status == 404);
  CHECK(give(house, {grant("kim")}).status == 400);
  CHECK(give(house, {grant(kLee, 0)}).status == 400);
  publish(house, kService);
  CHECK(give(house, {grant(kService)}).status == 200);
  REQUIRE(house.post_trust(kOlivia, signed_by(revocation(kKim), {kOlivia})).status == 200);
  CHECK(state(house).granted.size() == 1);
  CHECK(give(house, {grant(kKim)}).status == 403);
}

TEST_CASE("a service reads while one of its purposes is the policy's, for services") {
  House house;
  append(house, entry(1, 0));
  publish(house, kService);
  REQUIRE(give(house, {grant(kService)}).status == 200);
  REQUIRE(read(house, kService).entries.size() == 1);
  policy::Policy strict = policy::default_policy();
  for (policy::Purpose& purpose : strict.purposes) purpose.roles = {"owner"};
  const std::string text = policy::format_policy(strict, kNoon).value();
  REQUIRE(house.post_trust(kOlivia, signed_by(text, {kOlivia})).status == 200);
  CHECK(house.ask(kService, "GET", kEntries).status == 403);
  CHECK(house.ask(kService, "GET", "/v1/register/people").status == 403);
  CHECK(own_grant(house, kService).status == 403);
  CHECK(give(house, {grant(kService)}).status == 403);
}

TEST_CASE("grants go with a role that may not read, and with the key that could open them") {
  House house;
  publish(house, kKim);
  publish(house, kLee);
  append(house, entry(1, 0));
  REQUIRE(give(house, {grant(kKim), grant(kLee)}).status == 200);
  const trust::RoleChange change{"nurse.kim", trust::Role::kAuditor, {}, "", kNoon};
  REQUIRE(house.post_trust(kOlivia, signed_by(change, {kOlivia})).status == 200);
  REQUIRE(state(house).granted.size() == 1);
  CHECK(state(house).granted[0].device == kLee);
  trust::Certificate next = successor(house.chain, "dr.lee/laptop");
  next.key = verifier(kLee + "#2");
  const std::string renewed = signed_by(next, {kLee, kLee + "#2"});
  REQUIRE(house.post_trust(kLee, renewed).status == 200);
  const HttpAnswer after = house.ask(kOlivia, "GET", "/v1/register/people");
  CHECK(wire::parse_register_state(after.body).value().granted.empty());
}

TEST_CASE("a decision of the gate is in the log, and nothing that could be a name") {
  House house;
  const auto record = [&](const wire::ConsentDecision& decision, const std::string& by = kLee) {
    return house
        .ask(by, "POST", "/v1/decisions",
             wire::to_cbor(wire::ConsentDecisions{{decision}, house.new_id()}))
        .status;
  };
  const std::string id(32, 'a');
  const wire::ConsentDecision allowed{contact(1), "billing", "link-sms", true, "granted", id};
  CHECK(record(allowed) == 200);
  CHECK(record({contact(1), "billing", "", false, "no-grant", ""}, kService) == 200);
  // Its answer was lost: the same comes again, and is no other decision.
  const auto once = wire::to_cbor(
      wire::ConsentDecisions{{{contact(2), "test", "", false, "no-grant", ""}}, house.new_id()});
  for (int i = 0; i < 2; ++i) {
    CHECK(house.ask(kLee, "POST", "/v1/decisions", once).status == 200);
  }
  CHECK(house.events("consent.decision").size() == 3);
  const auto events = house.events("consent.decision");
  REQUIRE(events.size() == 3);
  CHECK(events[0].objects == std::vector<std::string>{contact(1)});
  CHECK(events[0].purpose == "billing");
  CHECK(events[0].outcome == audit::Outcome::kSuccess);
  CHECK(events[0].details == std::map<std::string, std::string>{
                                 {"channel", "link-sms"}, {"reason", "granted"}, {"grant", id}});
  CHECK(events[1].outcome == audit::Outcome::kRefused);
  CHECK(events[1].details == std::map<std::string, std::string>{{"reason", "no-grant"}});
  for (const auto& change : std::vector<std::function<void(wire::ConsentDecision&)>>{
           [](auto& d) { d.contact = "jane-doe"; },
           [](auto& d) { d.purpose = "Jane Doe"; },
           [](auto& d) { d.channel = "+1 555"; },
           [](auto& d) { d.reason = "because Jane said so"; },
           [](auto& d) { d.reason = ""; },
           [](auto& d) { d.grant = "1"; },
       }) {
    wire::ConsentDecision bad = allowed;
    change(bad);
    CHECK(record(bad) == 400);
  }
}

TEST_CASE("the register is there after a restart, and in files copied as a crash leaves them") {
  House house;
  for (int i = 1; i <= 20; ++i) {
    wire::RegisterAppend one = entry(i, static_cast<std::uint64_t>(i - 1));
    one.keys = {{contact(i), 1, wrapped(i)}};
    append(house, one);
  }
  const auto copy = house.dir().parent_path() / "copy";
  std::filesystem::copy(house.dir(), copy, std::filesystem::copy_options::recursive);
  std::filesystem::remove(copy / "relay.db-shm");
  {
    const auto store = relay::SqliteStore::open(copy / "relay.db", 0);
    REQUIRE(store.has_value());
    const auto got = (*store)->writer().reads().register_entries("people", 0, 100, 1 << 20);
    REQUIRE(got.has_value());
    CHECK(got->entries.size() == 20);
    CHECK(got->keys.size() == 20);
  }
  house.stop();
  house.start();
  CHECK(append(house, entry(7, 0)).duplicate);
  CHECK(append(house, entry(21, 20)).number == 21);
}

TEST_CASE("a key that was shredded just before a crash is gone after the next start") {
  House house;
  house.stop();
  const auto copy = house.dir().parent_path() / "copy";
  {
    const auto store = relay::SqliteStore::open(house.dir() / "relay.db", 0).value();
    relay::MetaWriter& writer = store->writer();
    const auto commit = [&](const std::function<void()>& change) {
      REQUIRE(writer.begin().has_value());
      change();
      REQUIRE(writer.commit().has_value());
    };
    commit([&] { CHECK(*writer.add_contact_key("people", {contact(1), 1, wrapped(1)}, 1)); });
    CHECK(*writer.scrub());
    commit([&] { CHECK(*writer.shred_contact_key("people", contact(1)) == true); });
    std::filesystem::copy(house.dir(), copy, std::filesystem::copy_options::recursive);
  }
  std::filesystem::remove(copy / "relay.db-shm");
  CHECK(holds_key(copy / "relay.db", 1));
  const auto server = relay::Server::start(copy, house.seams(), {});
  REQUIRE(server.has_value());
  CHECK_FALSE(holds_key(copy / "relay.db", 1));
  CHECK_FALSE(holds_key(copy / "relay.db-wal", 1));
}

TEST_CASE("fsck names what is wrong with the register") {
  House house;
  upload(house);
  for (int i = 1; i <= 4; ++i) {
    wire::RegisterAppend one = entry(i, static_cast<std::uint64_t>(i - 1));
    one.keys = {{contact(i), 1, wrapped(i)}};
    if (i == 2) one.blobs = {kBlob};
    if (i == 4) one.shredded = {contact(1)};
    append(house, one);
  }
  house.checkpoint();
  house.stop();
  CHECK(damages_in(house.dir()) == "");
  const std::vector<std::pair<std::string, std::string>> cases{
      {"DELETE FROM register_entries WHERE number = 2", "register people 3 comes behind entry 1"},
      {"DELETE FROM register_entries WHERE number = 4",
       "records an entry of the register that is not there: people 4"},
      {"UPDATE register_files SET file = x'00' WHERE id = 2",
       "register people 2 its file is not the one that came"},
      {"DELETE FROM register_files WHERE id = 2", "register people 2 its file is not"},
      {"UPDATE register_files SET id = 99 WHERE id = 2", "register 99 there is a file without"},
      {"UPDATE register_entries SET head = zeroblob(32) WHERE number = 2",
       "register people 2 its head does not follow"},
      {"UPDATE register_entries SET epoch = 3 WHERE number = 2",
       "register people 2 is of an epoch that does not follow"},
      {"UPDATE register_entries SET author = (SELECT max(id) + 1 FROM names)"
       " WHERE number = 2",
       "register people 2 is not what leaf"},
      {"UPDATE register_entries SET leaf = 1 WHERE number = 2",
       "register people 2 is not what leaf 1 records"},
      {"UPDATE register_entries SET leaf = 9999 WHERE number = 2",
       "register people 2 has no event in the log"},
      {"UPDATE register_entries SET stream = 'organisation' WHERE number = 4",
       "register organisation 4 comes behind entry 0"},
      {"UPDATE contact_keys SET wrapped = zeroblob(72) WHERE id = 2",
       "2 keys of contacts are destroyed, and the log tells of 1"},
      {"UPDATE contact_keys SET wrapped = randomblob(72) WHERE id = 1",
       "records that a key was destroyed that was not"},
      {"UPDATE contact_keys SET wrapped = x'00' WHERE id = 2", "its key is out of form"},
      {"UPDATE contact_keys SET number = 9 WHERE id = 2", "without an entry that brought it"},
      {"DELETE FROM blobs", "an entry of the register keeps it, and it is not there"},
      {"UPDATE entry_blobs SET entry = 99", "kept by an entry of the register that is not there"},
      {"INSERT INTO register_grants VALUES('people', 999, 1, 'x', x'00')",
       "is granted to a device that has no name"},
  };
  for (const auto& [sql, words] : cases) {
    CAPTURE(sql);
    const auto copy = house.dir().parent_path() / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(house.dir(), copy, std::filesystem::copy_options::recursive);
    run_sql(copy / "relay.db", sql);
    const std::string found = damages_in(copy);
    CHECK_MESSAGE(found.find(words) != std::string::npos, found);
  }
}
