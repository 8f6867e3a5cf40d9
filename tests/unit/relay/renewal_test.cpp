// New envelopes for devices that could not open theirs.
#include <doctest/doctest.h>

#include "base/encoding.hpp"
#include "house.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using receipt::State;

namespace {

wire::Envelope renewed(std::uint8_t mark, const std::string& device = kKim) {
  return {device, "00ff00ff00ff00ff", base::Bytes(120, mark)};
}

HttpAnswer renew(House& house, const wire::Submission& sent, const wire::Envelope& envelope,
                 const std::string& by = kLee) {
  return house.ask(by, "POST", "/v1/messages/" + sent.id + "/envelopes", wire::to_cbor(envelope));
}

bool was_duplicate(const HttpAnswer& answer) {
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  return wire::parse_envelope_result(answer.body).value().duplicate;
}

// Each answer comes a second later than the one before, as another statement.
std::uint64_t answer(House& house, const wire::Submission& sent, State state,
                     const std::string& by = kKim) {
  house.clock.advance(std::chrono::seconds(1));
  const auto body = wire::to_cbor(wire::ReceiptBatch{{house.receipt(sent, kLee, by, state)}});
  const HttpAnswer answered = house.ask(by, "POST", "/v1/inbox/acknowledge", body);
  REQUIRE_MESSAGE(answered.status == 200, answered.text());
  return wire::parse_receipt_batch_result(answered.body).value().recorded;
}

}  // namespace

TEST_CASE("a device that could not open a message gets it again under a new header") {
  House house;
  const wire::Submission sent = house.message(1);
  REQUIRE(house.submit(kLee, sent).accepted);
  CHECK(answer(house, sent, State::kUndecryptable) == 1);
  CHECK(house.inbox(kKim).deliveries.empty());

  CHECK_FALSE(was_duplicate(renew(house, sent, renewed(7))));
  const wire::Inbox inbox = house.inbox(kKim);
  REQUIRE(inbox.deliveries.size() == 1);
  CHECK(inbox.deliveries[0].id == sent.id);
  CHECK(inbox.deliveries[0].header == renewed(7).header);
  CHECK(inbox.deliveries[0].prekey == renewed(7).prekey);
  CHECK(inbox.deliveries[0].payload == sent.payload);

  const auto events = house.events("message.resend");
  REQUIRE(events.size() == 1);
  CHECK(events[0].actor == kLee);
  CHECK(events[0].message == sent.id);
  CHECK(events[0].objects == std::vector<std::string>{kKim});
  CHECK(events[0].purpose == "test-results");
  CHECK(events[0].details.at("sha256") == base::to_hex(sent.message_sha256));
  CHECK(events[0].details.at("header") ==
        base::to_hex(crypto::sha256(base::ByteView(renewed(7).header))));

  CHECK(answer(house, sent, State::kDelivered) == 1);
  CHECK(house.inbox(kKim).deliveries.empty());
  CHECK(house.evidence(kLee, sent.id, kLee).items.size() == 3);
  CHECK(code_of(renew(house, sent, renewed(8))) == "conflict");
}

TEST_CASE("the same new envelope again changes nothing, also when it was fetched meanwhile") {
  House house;
  const wire::Submission sent = house.message(1);
  REQUIRE(house.submit(kLee, sent).accepted);
  REQUIRE(answer(house, sent, State::kUndecryptable) == 1);
  CHECK_FALSE(was_duplicate(renew(house, sent, renewed(7))));
  CHECK(was_duplicate(renew(house, sent, renewed(7))));
  CHECK(code_of(renew(house, sent, renewed(8))) == "conflict");
  REQUIRE(answer(house, sent, State::kDelivered) == 1);
  CHECK(was_duplicate(renew(house, sent, renewed(7))));
  CHECK(house.inbox(kKim).deliveries.empty());
  CHECK(house.events("message.resend").size() == 1);
}

TEST_CASE("only the sender adds envelopes, only for recipients that asked, only while it lives") {
  House house;
  const wire::Submission sent = house.message(1, {kKim, kOlivia});
  REQUIRE(house.submit(kLee, sent).accepted);
  CHECK(code_of(renew(house, sent, renewed(7))) == "conflict");
  REQUIRE(answer(house, sent, State::kUndecryptable) == 1);
  CHECK(code_of(renew(house, sent, renewed(7), kOlivia)) == "not-found");
  CHECK(code_of(renew(house, sent, renewed(7), kKim)) == "not-found");
  CHECK(code_of(renew(house, sent, renewed(7, kOlivia))) == "conflict");
  CHECK(code_of(renew(house, sent, renewed(7, kAuditor))) == "conflict");
  wire::Envelope empty = renewed(7);
  empty.header.clear();
  CHECK(code_of(renew(house, sent, empty)) == "malformed");
  house.clock.advance(sent.expires - house.clock.now());
  CHECK(code_of(renew(house, sent, renewed(7))) == "not-found");
  CHECK(house.events("message.resend").empty());
}

TEST_CASE("a revoked device gets nothing more") {
  House house;
  const wire::Submission sent = house.message(1);
  REQUIRE(house.submit(kLee, sent).accepted);
  REQUIRE(answer(house, sent, State::kUndecryptable) == 1);
  REQUIRE(house.post_trust(kOlivia, signed_by(revocation(kKim), {kOlivia})).status == 200);
  CHECK(code_of(renew(house, sent, renewed(7))) == "conflict");
}

TEST_CASE("an old answer that comes again does not cost the new envelope") {
  House house;
  const wire::Submission sent = house.message(1);
  REQUIRE(house.submit(kLee, sent).accepted);
  const std::string statement = house.receipt(sent, kLee, kKim, State::kUndecryptable);
  const auto body = wire::to_cbor(wire::ReceiptBatch{{statement}});
  REQUIRE(house.ask(kKim, "POST", "/v1/inbox/acknowledge", body).status == 200);
  REQUIRE_FALSE(was_duplicate(renew(house, sent, renewed(7))));
  const HttpAnswer again = house.ask(kKim, "POST", "/v1/inbox/acknowledge", body);
  CHECK(wire::parse_receipt_batch_result(again.body).value().recorded == 0);
  CHECK(house.inbox(kKim).deliveries.size() == 1);
}

TEST_CASE("three new headers, then no more, however often a device complains") {
  House house;
  const wire::Submission sent = house.message(1);
  REQUIRE(house.submit(kLee, sent).accepted);
  for (std::uint8_t round = 0; round < 3; ++round) {
    CHECK(answer(house, sent, State::kUndecryptable) == 1);
    CHECK(answer(house, sent, State::kUndecryptable) == 0);
    CHECK_FALSE(was_duplicate(renew(house, sent, renewed(round))));
  }
  CHECK(answer(house, sent, State::kUndecryptable) == 1);
  CHECK(answer(house, sent, State::kUndecryptable) == 0);
  CHECK(code_of(renew(house, sent, renewed(9))) == "conflict");
  CHECK(house.events("message.undecryptable").size() == 4);
  CHECK(house.events("message.resend").size() == 3);
  // Nothing waits any more, so there is nothing left to expire.
  house.stop();
  house.clock.advance(2 * kDay);
  house.start();
  CHECK(house.events("message.expire").empty());
}

TEST_CASE("what a device waits for outlives a restart and ends with the message") {
  House house;
  const wire::Submission sent = house.message(1, {kKim, kOlivia});
  REQUIRE(house.submit(kLee, sent).accepted);
  REQUIRE(answer(house, sent, State::kUndecryptable) == 1);
  REQUIRE(answer(house, sent, State::kDelivered, kOlivia) == 1);
  house.stop();
  house.start();
  CHECK_FALSE(was_duplicate(renew(house, sent, renewed(7))));
  CHECK(house.inbox(kKim).deliveries.at(0).payload == sent.payload);
  CHECK(answer(house, sent, State::kUndecryptable) == 1);
  house.stop();
  house.clock.advance(2 * kDay);
  house.start();
  const auto expired = house.events("message.expire");
  REQUIRE(expired.size() == 1);
  CHECK(expired[0].objects == std::vector<std::string>{kKim});
}
