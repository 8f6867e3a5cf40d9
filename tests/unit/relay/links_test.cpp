// Links for contacts: what the page behind one may do, and what comes back through it.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "house.hpp"
#include "note/note.hpp"
#include "relay/fsck/fsck.hpp"
#include "relay/links.hpp"
#include "text/json.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using text::Json;

namespace {

const std::string kJane = "c-00112233445566778899aabbccddeeff";
const std::string kFetch(64, '1');
const std::string kOpen(64, '2');

std::string hex32(int number) { return fmt::format("{:032x}", number); }

crypto::Digest kept(const std::string& key) { return crypto::sha256(base::parse_hex(key).value()); }

// A message of lee's for jane behind link `number`.
wire::Submission linked(const House& house, int number, std::uint64_t views = 1) {
  wire::Submission out = house.message(number, {});
  out.link = wire::Link{hex32(number),        kept(kFetch), kept(kOpen),        kJane,
                        wire::Passcode::kAsk, views,        base::Bytes(150, 3)};
  return out;
}

HttpAnswer page(House& house, int number, const std::string& what, Json body) {
  body["fetch"] = body.value("fetch", kFetch);
  const std::string text = text::canonical(body);
  return house.ask_unsigned("POST", "/v1/links/" + hex32(number) + "/" + what,
                            base::as_bytes(text));
}

HttpAnswer claim(House& house, int number, int claim, const std::string& open = kOpen) {
  return page(house, number, "claim", {{"open", open}, {"claim", hex32(claim)}});
}

HttpAnswer commit(House& house, int number, int claim) {
  return page(house, number, "commit", {{"open", kOpen}, {"claim", hex32(claim)}});
}

HttpAnswer reply(House& house, int number, int claim, int reply) {
  return page(house, number, "reply",
              {{"open", kOpen},
               {"claim", hex32(claim)},
               {"reply", hex32(reply)},
               {"file", base::to_base64(base::Bytes(300, 7))}});
}

HttpAnswer stop(House& house, int number, const std::string& scope) {
  return page(house, number, "stop", {{"scope", scope}});
}

Json look(House& house, int number) {
  const HttpAnswer answer = page(house, number, "look", Json::object());
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  return text::parse_json(answer.text()).value();
}

void sweep(House& house) {
  house.stop();
  house.start();
  house.checkpoint();  // asked behind the sweep
}

void sound(House& house) {
  house.stop();
  const relay::FsckOptions options{
      house.dir(), true,
      [](const relay::Damage& damage) -> base::Result<void> {
        FAIL_CHECK(damage.id << " " << damage.what);
        return {};
      },
      [](std::string_view, std::uint64_t) { return base::Result<void>(); }};
  REQUIRE(relay::fsck(options).has_value());
  house.start();
}

}  // namespace

TEST_CASE("a link is looked at for nothing, claimed, and spent by a commit") {
  House house;
  REQUIRE(house.submit(kLee, linked(house, 1)).accepted);
  CHECK(house.events("message.send").front().objects == std::vector<std::string>{kJane});
  const std::size_t before = house.events().size();
  const Json first = look(house, 1);
  CHECK(first["state"] == "open");
  CHECK(first["passcode"] == "ask");
  CHECK(first["tries"] == 5);
  CHECK(first["organisation"] == "mercy.example");
  CHECK(first["purpose"] == "test-results");
  CHECK(house.events().size() == before);

  const HttpAnswer file = claim(house, 1, 100);
  REQUIRE(file.status == 200);
  base::Bytes whole(150, 3);
  base::append(whole, base::Bytes(700, 2));
  CHECK(file.body == whole);
  CHECK(look(house, 1)["state"] == "open");
  CHECK(house.events("message.claim-by-link").size() == 1);

  CHECK(commit(house, 1, 100).status == 200);
  CHECK(commit(house, 1, 100).status == 200);
  CHECK(look(house, 1)["state"] == "spent");
  CHECK(house.events("message.opened-by-link").size() == 1);
  const wire::EvidenceList evidence = house.evidence(kLee, house.message(1).id, kLee);
  REQUIRE(evidence.items.size() == 2);
  const auto note = note::parse(evidence.items[1].statement).value();
  const auto said = receipt::parse(note.text).value();
  CHECK(said.state == receipt::State::kOpenedByLink);
  CHECK(said.by == house.log().name());
  CHECK(note::signed_by(note, house.log()));
  sound(house);
}

TEST_CASE("a page that is loaded again claims again, another page finds the view taken") {
  House house;
  house.submit(kLee, linked(house, 1));
  REQUIRE(claim(house, 1, 100).status == 200);
  CHECK(claim(house, 1, 100).status == 200);
  CHECK(code_of(claim(house, 1, 101)) == "conflict");
  REQUIRE(commit(house, 1, 100).status == 200);
  CHECK(claim(house, 1, 100).status == 200);
  CHECK(code_of(claim(house, 1, 101)) == "conflict");
  CHECK(house.events("message.claim-by-link").size() == 1);
}

TEST_CASE("a claim that is not committed gives its view back") {
  House house;
  house.submit(kLee, linked(house, 1));
  REQUIRE(claim(house, 1, 100).status == 200);
  house.clock.advance(relay::kClaimLasts);
  CHECK(code_of(commit(house, 1, 100)) == "denied");
  CHECK(claim(house, 1, 101).status == 200);
  CHECK(commit(house, 1, 101).status == 200);
}

TEST_CASE("a claim that is made again after it ended takes another view") {
  House house;
  house.submit(kLee, linked(house, 1, 2));
  for (int view = 0; view < 2; ++view) {
    CHECK(look(house, 1)["state"] == "open");
    REQUIRE(claim(house, 1, 100).status == 200);
    REQUIRE(commit(house, 1, 100).status == 200);
    REQUIRE(commit(house, 1, 100).status == 200);
    house.clock.advance(relay::kClaimLasts);
  }
  CHECK(look(house, 1)["state"] == "spent");
  CHECK(code_of(claim(house, 1, 100)) == "conflict");
  CHECK(house.events("message.opened-by-link").size() == 2);
}

TEST_CASE("a link for several views is open until the last is spent") {
  House house;
  house.submit(kLee, linked(house, 1, 2));
  for (int view = 0; view < 2; ++view) {
    CHECK(look(house, 1)["state"] == "open");
    REQUIRE(claim(house, 1, 100 + view).status == 200);
    REQUIRE(commit(house, 1, 100 + view).status == 200);
  }
  CHECK(look(house, 1)["state"] == "spent");
  CHECK(house.events("message.opened-by-link").size() == 2);
}

TEST_CASE("what a spent link held is gone half an hour later, and the link a month after its end") {
  House house;
  house.submit(kLee, linked(house, 1));
  claim(house, 1, 100);
  commit(house, 1, 100);
  sweep(house);
  CHECK(claim(house, 1, 100).body.size() == 850);
  house.clock.advance(relay::kClaimLasts + std::chrono::seconds(1));
  sweep(house);
  sound(house);
  CHECK(look(house, 1)["state"] == "spent");
  house.clock.advance(std::chrono::hours(24));
  CHECK(look(house, 1)["state"] == "expired");
  house.clock.advance(relay::kLinkKept);
  sweep(house);
  CHECK(code_of(page(house, 1, "look", Json::object())) == "not-found");
  sound(house);
}

TEST_CASE("an unknown link and a wrong address are the same, and count nothing") {
  House house;
  house.submit(kLee, linked(house, 1));
  const HttpAnswer unknown = page(house, 2, "look", Json::object());
  const HttpAnswer wrong = page(house, 1, "look", {{"fetch", std::string(64, '9')}});
  CHECK(code_of(unknown) == "not-found");
  CHECK(unknown.body == wrong.body);
  const Json stranger{
      {"fetch", std::string(64, '9')}, {"open", std::string(64, '9')}, {"claim", hex32(100)}};
  for (int i = 0; i < 10; ++i) CHECK(code_of(page(house, 1, "claim", stranger)) == "not-found");
  CHECK(look(house, 1)["tries"] == 5);
}

TEST_CASE("five wrong passcodes lock a link, and its sender is told") {
  House house;
  house.submit(kLee, linked(house, 1));
  for (int i = 0; i < 5; ++i) {
    CHECK(look(house, 1)["tries"] == 5 - i);
    CHECK(code_of(claim(house, 1, 100, std::string(64, '9'))) == "wrong-passphrase");
  }
  CHECK(look(house, 1)["state"] == "locked");
  CHECK(code_of(claim(house, 1, 100)) == "conflict");
  const auto wrong = house.events("message.wrong-passcode");
  REQUIRE(wrong.size() == 5);
  CHECK(wrong.front().outcome == audit::Outcome::kFailed);
  CHECK(house.events("message.link-locked").size() == 1);
  const wire::EvidenceList evidence = house.evidence(kLee, house.message(1).id, kLee);
  REQUIRE(evidence.items.size() == 2);
  const auto said = receipt::parse(note::parse(evidence.items[1].statement)->text).value();
  CHECK(said.state == receipt::State::kLinkLocked);
  sound(house);
}

TEST_CASE("a right passcode does not take wrong ones back") {
  House house;
  house.submit(kLee, linked(house, 1, 2));
  for (int i = 0; i < 4; ++i) claim(house, 1, 100, std::string(64, '9'));
  CHECK(claim(house, 1, 100).status == 200);
  CHECK(look(house, 1)["tries"] == 1);
  claim(house, 1, 101, std::string(64, '9'));
  CHECK(look(house, 1)["state"] == "locked");
  CHECK(code_of(commit(house, 1, 100)) == "denied");
}

TEST_CASE("an expired link opens nothing, and its contact stands in the log") {
  House house;
  house.submit(kLee, linked(house, 1));
  house.clock.advance(std::chrono::hours(24));
  CHECK(look(house, 1)["state"] == "expired");
  CHECK(code_of(claim(house, 1, 100)) == "conflict");
  sweep(house);
  REQUIRE(house.events("message.expire").size() == 1);
  CHECK(house.events("message.expire").front().objects == std::vector<std::string>{kJane});
  sound(house);
}

TEST_CASE("replies wait for the device that wrote, until it has stored them") {
  House house;
  house.submit(kLee, linked(house, 1));
  CHECK(code_of(reply(house, 1, 100, 200)) == "denied");  // nobody has opened it
  claim(house, 1, 100);
  REQUIRE(reply(house, 1, 100, 200).status == 200);
  REQUIRE(reply(house, 1, 100, 200).status == 200);
  commit(house, 1, 100);
  REQUIRE(reply(house, 1, 100, 201).status == 200);
  const auto waiting = [&](const std::string& device, const std::string& query = "") {
    const HttpAnswer answer = house.ask(device, "GET", "/v1/replies" + query);
    REQUIRE_MESSAGE(answer.status == 200, answer.text());
    return wire::parse_contact_replies(answer.body).value();
  };
  const wire::ContactReplies found = waiting(kLee);
  REQUIRE(found.replies.size() == 2);
  CHECK(found.replies[0].id == hex32(200));
  CHECK(found.replies[0].message == house.message(1).id);
  CHECK(found.replies[0].file == base::Bytes(300, 7));
  CHECK(waiting(kLee, "?limit=1").more);
  CHECK(waiting(kKim).replies.empty());
  CHECK(house.events("message.reply").size() == 2);

  const auto stored = wire::to_cbor(wire::RepliesStored{{hex32(200), hex32(999)}});
  CHECK(house.ask(kKim, "POST", "/v1/replies/acknowledge", stored).status == 200);
  CHECK(waiting(kLee).replies.size() == 2);
  CHECK(house.ask(kLee, "POST", "/v1/replies/acknowledge", stored).status == 200);
  REQUIRE(waiting(kLee).replies.size() == 1);
  CHECK(waiting(kLee).replies[0].id == hex32(201));
  CHECK(house.events("message.reply-stored").size() == 1);
  sound(house);
}

TEST_CASE("a link has only so many replies") {
  House house;
  house.submit(kLee, linked(house, 1));
  claim(house, 1, 100);
  for (int i = 0; i < 20; ++i) REQUIRE(reply(house, 1, 100, 200 + i).status == 200);
  CHECK(code_of(reply(house, 1, 100, 220)) == "denied");
  CHECK(reply(house, 1, 100, 219).status == 200);
}

TEST_CASE("who stops one purpose gets no more of it, and the wish waits for the register") {
  House house;
  house.submit(kLee, linked(house, 1));
  REQUIRE(stop(house, 1, "purpose").status == 200);
  REQUIRE(stop(house, 1, "purpose").status == 200);
  const auto events = house.events("consent.stop");
  REQUIRE(events.size() == 1);
  CHECK(events[0].objects == std::vector<std::string>{kJane});
  CHECK(events[0].purpose == "test-results");
  CHECK(house.submit(kLee, linked(house, 2)).error_code == "no-consent");
  wire::Submission other = linked(house, 3);
  other.purpose = "general";
  CHECK(house.submit(kLee, other).accepted);
  CHECK(claim(house, 1, 100).status == 200);  // what came before may still be read

  const auto open = [&] {
    return wire::parse_stops(house.ask(kLee, "GET", "/v1/stops").body).value().stops;
  };
  REQUIRE(open().size() == 1);
  CHECK(open()[0].contact == kJane);
  CHECK(open()[0].purpose == "test-results");
  CHECK_FALSE(open()[0].leaf.empty());
  CHECK(house.ask(kService, "GET", "/v1/stops").status == 403);
  const auto done = wire::to_cbor(wire::StopsRecorded{{open()[0].number}});
  CHECK(house.ask(kService, "POST", "/v1/stops/recorded", done).status == 403);
  CHECK(house.ask(kLee, "POST", "/v1/stops/recorded", done).status == 200);
  CHECK(open().empty());
  CHECK(house.submit(kLee, linked(house, 4)).error_code == "no-consent");
  sound(house);
}

TEST_CASE("who stops everything gets nothing, until a consent for something is recorded") {
  House house;
  house.submit(kLee, linked(house, 1));
  house.clock.advance(std::chrono::hours(24));  // also behind its end
  REQUIRE(stop(house, 1, "all").status == 200);
  wire::Submission general = linked(house, 2);
  general.purpose = "general";
  CHECK(house.submit(kLee, general).error_code == "no-consent");
  CHECK(house.submit(kLee, linked(house, 3)).error_code == "no-consent");
  const auto lift = wire::to_cbor(wire::StopLift{kJane, {"general"}});
  CHECK(house.ask(kService, "POST", "/v1/stops/lift", lift).status == 403);
  CHECK(code_of(house.ask(kLee, "POST", "/v1/stops/lift", lift)) == "conflict");
  house.ask(kLee, "POST", "/v1/stops/recorded", wire::to_cbor(wire::StopsRecorded{{1}}));
  CHECK(house.ask(kLee, "POST", "/v1/stops/lift", lift).status == 200);
  CHECK(house.events("consent.resume").size() == 1);
  general.id = linked(house, 4).id;
  CHECK(house.submit(kLee, general).accepted);
  CHECK(house.submit(kLee, linked(house, 5)).error_code == "no-consent");
  CHECK(code_of(stop(house, 5, "purpose")) == "not-found");  // was never taken

  REQUIRE(stop(house, 1, "all").status == 200);  // a new word, after the consent
  REQUIRE(stop(house, 1, "all").status == 200);
  CHECK(house.events("consent.stop").size() == 2);
  general.id = linked(house, 6).id;
  general.link->id = hex32(6);
  CHECK(house.submit(kLee, general).error_code == "no-consent");
}

TEST_CASE("attachments go to who holds a claim, leaf by leaf") {
  House house;
  const std::uint64_t size = (9U << 20U) + 5;
  const std::string blob = hex32(77);
  const base::Bytes bytes(static_cast<std::size_t>(size), 9);
  house.ask(kLee, "POST", "/v1/blobs", wire::to_cbor(wire::BlobReservation{blob, size}));
  const base::ByteView all(bytes);
  REQUIRE(house.ask(kLee, "PUT", "/v1/blobs/" + blob + "/parts/0", all.first(8U << 20U)).status ==
          200);
  REQUIRE(house.ask(kLee, "PUT", "/v1/blobs/" + blob + "/parts/1", all.subspan(8U << 20U)).status ==
          200);
  const std::vector<crypto::Digest> leaves(10, kept(kOpen));
  REQUIRE(house
              .ask(kLee, "POST", "/v1/blobs/" + blob + "/complete",
                   wire::to_cbor(wire::BlobCompletion{leaves}))
              .status == 200);
  wire::Submission with = linked(house, 1);
  with.blobs = {blob};
  REQUIRE(house.submit(kLee, with).accepted);
  house.submit(kLee, linked(house, 2));
  const auto part = [&](int link, std::uint64_t first, std::uint64_t count) {
    return page(house, link, "blob",
                {{"open", kOpen},
                 {"claim", hex32(100)},
                 {"blob", blob},
                 {"first", first},
                 {"count", count}});
  };
  CHECK(code_of(part(1, 0, 8)) == "denied");
  claim(house, 1, 100);
  claim(house, 2, 100);
  CHECK(part(1, 0, 8).body.size() == 8U << 20U);
  CHECK(part(1, 8, 8).body.size() == (1U << 20U) + 5);
  CHECK(part(1, 9, 1).body == base::Bytes(5, 9));
  CHECK(code_of(part(1, 10, 1)) == "malformed");
  CHECK(code_of(part(1, 0, 9)) == "malformed");
  CHECK(code_of(part(1, 0, 0)) == "malformed");
  CHECK(code_of(part(2, 0, 1)) == "not-found");  // another message's
  const HttpAnswer list =
      page(house, 1, "leaves", {{"open", kOpen}, {"claim", hex32(100)}, {"blob", blob}});
  CHECK(list.body.size() == 320);
  house.clock.advance(relay::kClaimLasts);
  CHECK(code_of(part(1, 0, 1)) == "denied");
}

TEST_CASE("requests of a page that are out of form are refused") {
  House house;
  house.submit(kLee, linked(house, 1));
  const auto code = [&](const std::string& what, const std::string& body) {
    return code_of(
        house.ask_unsigned("POST", "/v1/links/" + hex32(1) + "/" + what, base::as_bytes(body)));
  };
  const std::string fetch = "{\"fetch\":\"" + kFetch + "\"";
  for (const std::string& body :
       std::vector<std::string>{"", "[]", "{}", "{\"fetch\":1}", "{\"fetch\":\"11\"}",
                                fetch + ",\"more\":1}", fetch + "}x"}) {
    CAPTURE(body);
    CHECK(code("look", body) == "malformed");
  }
  CHECK(code("claim", fetch + ",\"open\":\"" + kOpen + "\"}") == "malformed");
  CHECK(code("claim", fetch + ",\"open\":\"" + kOpen + "\",\"claim\":\"../../x\"}") == "malformed");
  CHECK(code("stop", fetch + ",\"scope\":\"some\"}") == "malformed");
  CHECK(house
            .ask_unsigned("POST", "/v1/links/" + hex32(1) + "/look",
                          base::Bytes((128 << 10) + 1, 'a'))
            .status == 413);
}

TEST_CASE("messages with links that are out of form are refused") {
  House house;
  const auto refusal = [&](const std::function<void(wire::Submission&)>& change) {
    wire::Submission out = linked(house, 1);
    change(out);
    return house.submit(kLee, out).error_code;
  };
  CHECK(refusal([](auto& m) { m.link->id = "x"; }) == "malformed");
  CHECK(refusal([](auto& m) { m.link->contact = "jane"; }) == "malformed");
  CHECK(refusal([](auto& m) { m.link->views = 0; }) == "malformed");
  CHECK(refusal([](auto& m) { m.link->header.clear(); }) == "malformed");
  CHECK(refusal([](auto& m) { m.payload.clear(); }) == "malformed");
  CHECK(refusal([](auto& m) { m.envelopes = {{kKim, "00112233445566ff", {1}}}; }) == "malformed");
  CHECK(house.submit(kLee, linked(house, 1)).accepted);
  CHECK(house.submit(kLee, linked(house, 1)).duplicate);
  wire::Submission twin = linked(house, 1);
  twin.id = linked(house, 2).id;
  CHECK(house.submit(kLee, twin).error_code == "conflict");
}
