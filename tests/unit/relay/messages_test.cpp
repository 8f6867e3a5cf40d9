// Messages from acceptance to the last receipt.
#include <doctest/doctest.h>

#include <thread>

#include "base/encoding.hpp"
#include "house.hpp"
#include "policy/policy.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using receipt::State;

namespace {

HttpAnswer post_receipts(House& house, const std::string& who, const std::string& path,
                         const std::vector<std::string>& receipts) {
  return house.ask(who, "POST", path, wire::to_cbor(wire::ReceiptBatch{receipts}));
}

std::uint64_t recorded(const HttpAnswer& answer) {
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  return wire::parse_receipt_batch_result(answer.body).value().recorded;
}

}  // namespace

TEST_CASE("a message is accepted with a receipt of the relay and reaches the inbox") {
  House house;
  const wire::Submission sent = house.message(1);
  const wire::SubmissionResult result = house.submit(kLee, sent);
  CHECK(result.accepted);
  CHECK_FALSE(result.duplicate);
  REQUIRE(result.recipients.size() == 1);
  CHECK(result.recipients[0].state == wire::RecipientState::kAccepted);

  const auto note = note::parse(result.receipt);
  REQUIRE(note.has_value());
  CHECK(note::signed_by(*note, house.log()));
  const auto value = receipt::parse(note->text);
  REQUIRE(value.has_value());
  CHECK(value->state == State::kAccepted);
  CHECK(value->by == house.log().name());
  CHECK(value->from == kLee);
  CHECK(value->message_sha256 == sent.message_sha256);
  CHECK(value->trust == house.chain.view());

  const wire::Inbox inbox = house.inbox(kKim);
  REQUIRE(inbox.deliveries.size() == 1);
  CHECK(inbox.deliveries[0].id == sent.id);
  CHECK(inbox.deliveries[0].from == kLee);
  CHECK(inbox.deliveries[0].header == sent.envelopes[0].header);
  CHECK(inbox.deliveries[0].payload == sent.payload);
  CHECK(inbox.deliveries[0].receipt == result.receipt);
  CHECK_FALSE(inbox.more);
  CHECK(house.inbox(kOlivia).deliveries.empty());

  const auto events = house.events("message.send");
  REQUIRE(events.size() == 1);
  CHECK(events[0].actor == kLee);
  CHECK(events[0].message == sent.id);
  CHECK(events[0].objects == std::vector<std::string>{kKim});
  CHECK(events[0].purpose == "test-results");
  CHECK(events[0].details.at("statement") == hash_of(result.receipt));
  CHECK(events[0].details.at("sha256") == base::to_hex(sent.message_sha256));
}

TEST_CASE("what a device gets for the first time is told of once, before it gets it") {
  House house;
  const auto fetches = [&] { return house.events("message.fetch"); };
  CHECK(house.inbox(kKim).deliveries.empty());
  CHECK(fetches().empty());
  house.submit(kLee, house.message(1));
  CHECK(fetches().empty());
  CHECK(house.inbox(kKim).deliveries.size() == 1);
  REQUIRE(fetches().size() == 1);
  CHECK(fetches()[0].actor == kKim);
  CHECK(fetches()[0].message == house.message(1).id);
  CHECK(fetches()[0].objects.empty());
  CHECK_FALSE(fetches()[0].request.empty());
  // Again is no event, after a restart either; what is new beside it is.
  CHECK(house.inbox(kKim).deliveries.size() == 1);
  house.stop();
  house.start();
  CHECK(house.inbox(kKim).deliveries.size() == 1);
  CHECK(fetches().size() == 1);
  house.submit(kLee, house.message(2, {kKim, kOlivia}));
  house.submit(kLee, house.message(3));
  CHECK(house.inbox(kKim, "?limit=2").deliveries.size() == 2);
  CHECK(fetches().back().message == house.message(2).id);
  CHECK(house.inbox(kKim).deliveries.size() == 3);
  CHECK(fetches().back().message == house.message(3).id);
  CHECK(house.inbox(kOlivia).deliveries.size() == 1);
  CHECK(fetches().size() == 4);
  CHECK(fetches().back().actor == kOlivia);
  // What was skipped at first is first later.
  house.submit(kLee, house.message(4));
  house.submit(kLee, house.message(5));
  const auto last = house.inbox(kKim).deliveries.back().cursor;
  CHECK(fetches().back().objects ==
        std::vector<std::string>{house.message(4).id, house.message(5).id});
  CHECK(house.inbox(kKim, "?after=" + std::to_string(last)).deliveries.empty());
  CHECK(fetches().size() == 5);
}

TEST_CASE("a later envelope that was fetched does not hide that an earlier one never was") {
  House house;
  house.submit(kLee, house.message(1));
  const auto first = house.inbox(kKim).deliveries.back().cursor;
  house.submit(kLee, house.message(2));
  house.submit(kLee, house.message(3));
  CHECK(house.inbox(kKim, "?after=" + std::to_string(first + 1)).deliveries.size() == 1);
  CHECK(house.events("message.fetch").back().message == house.message(3).id);
  CHECK(house.inbox(kKim).deliveries.size() == 3);
  CHECK(house.events("message.fetch").back().message == house.message(2).id);
}

TEST_CASE("the same message again gives the first answer, another under its id is a conflict") {
  House house;
  const wire::Submission sent = house.message(1);
  const wire::SubmissionResult first = house.submit(kLee, sent);
  const wire::SubmissionResult again = house.submit(kLee, sent);
  CHECK(again.accepted);
  CHECK(again.duplicate);
  CHECK(again.receipt == first.receipt);
  REQUIRE(again.recipients.size() == 1);
  CHECK(again.recipients[0].device == kKim);

  wire::Submission other = sent;
  other.tag[0] ^= 1;
  const wire::SubmissionResult conflict = house.submit(kLee, other);
  CHECK_FALSE(conflict.accepted);
  CHECK(conflict.error_code == "conflict");
  CHECK(house.inbox(kKim).deliveries.size() == 1);
  CHECK(house.events("message.send").size() == 1);

  // Ids belong to their sender.
  CHECK(house.submit(kOlivia, sent).accepted);
}

TEST_CASE("of two conflicting submissions at once exactly one wins") {
  House house;
  std::vector<wire::SubmissionResult> results(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back([&house, &results, i] {
      wire::Submission mine = house.message(1);
      mine.tag[0] = static_cast<std::uint8_t>(i);
      const auto body = wire::to_cbor(wire::Submissions{{mine}});
      const HttpAnswer answer = house.ask(kLee, "POST", "/v1/messages", body);
      if (answer.status == 200) {
        results[i] = wire::parse_submission_results(answer.body).value().results.at(0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int accepted = 0;
  for (const auto& result : results) {
    if (result.accepted) ++accepted;
    if (!result.accepted) CHECK(result.error_code == "conflict");
  }
  CHECK(accepted == 1);
  CHECK(house.inbox(kKim).deliveries.size() == 1);
}

TEST_CASE("unknown, revoked and unfit recipients: all or none, unless a part will do") {
  House house;
  const std::string ghost = full("ghost/phone");
  REQUIRE(house.add_owner("otto/desk").status == 200);
  REQUIRE(house.post_trust(kOlivia, signed_by(revocation(kOlivia), {kOlivia})).status == 200);
  wire::Submission sent = house.message(1, {kKim, ghost, kOlivia, kAuditor});
  const wire::SubmissionResult none = house.submit(kLee, sent);
  CHECK_FALSE(none.accepted);
  CHECK(none.error_code == "not-found");
  REQUIRE(none.recipients.size() == 4);
  CHECK(none.recipients[0].state == wire::RecipientState::kAccepted);
  CHECK(none.recipients[1].state == wire::RecipientState::kUnknown);
  CHECK(none.recipients[2].state == wire::RecipientState::kRevoked);
  CHECK(none.recipients[3].state == wire::RecipientState::kRefused);
  CHECK(house.inbox(kKim).deliveries.empty());

  sent.partial = true;
  const wire::SubmissionResult some = house.submit(kLee, sent);
  CHECK(some.accepted);
  CHECK(house.inbox(kKim).deliveries.size() == 1);
  CHECK(house.submit(kLee, sent).recipients.size() == 4);

  wire::Submission nobody = house.message(2, {ghost});
  nobody.partial = true;
  CHECK_FALSE(house.submit(kLee, nobody).accepted);
}

TEST_CASE("purposes are checked, and one refusal is logged for a request") {
  House house;
  wire::Submission sent = house.message(1);
  sent.purpose = "marketing";
  CHECK(house.submit(kLee, sent).error_code == "usage");
  CHECK(house.events("access.refused").empty());
  sent.purpose = "appointment-reminder";  // declared, but not in the service's certificate
  wire::Submission second = sent;
  second.id.back() = '9';
  const auto body = wire::to_cbor(wire::Submissions{{sent, second}});
  const HttpAnswer answer = house.ask(kService, "POST", "/v1/messages", body);
  REQUIRE(answer.status == 200);
  const auto results = wire::parse_submission_results(answer.body).value();
  CHECK(results.results.at(0).error_code == "denied");
  CHECK(results.results.at(1).error_code == "denied");
  CHECK(house.events("access.refused").size() == 1);
  sent.purpose = "test-results";
  CHECK(house.submit(kService, sent).accepted);
}

TEST_CASE("form and lifetime of a message are checked") {
  House house;
  const auto refused = [&](const std::function<void(wire::Submission&)>& change) {
    wire::Submission sent = house.message(1);
    change(sent);
    const wire::SubmissionResult result = house.submit(kLee, sent);
    CHECK_FALSE(result.accepted);
    return result.error_code;
  };
  CHECK(refused([](auto& sent) { sent.id = "17"; }) == "malformed");
  CHECK(refused([](auto& sent) { sent.envelopes.clear(); }) == "malformed");
  CHECK(refused([](auto& sent) { sent.payload.clear(); }) == "malformed");
  CHECK(refused([](auto& sent) { sent.envelopes.push_back(sent.envelopes[0]); }) == "malformed");
  CHECK(refused([&](auto& sent) { sent.expires = house.clock.now(); }) == "malformed");
  CHECK(refused([](auto& sent) { sent.expires += 400 * kDay; }) == "usage");
  CHECK(refused([](auto& sent) { sent.blobs = {std::string(32, 'a')}; }) == "not-found");
  const base::Bytes rubbish{1, 2, 3};
  CHECK(house.ask(kLee, "POST", "/v1/messages", rubbish).status == 400);
}

TEST_CASE("an acknowledged envelope is gone, and its receipt is evidence with a leaf") {
  House house;
  const wire::Submission sent = house.message(1, {kKim, kOlivia});
  house.submit(kLee, sent);
  const std::string delivered = house.receipt(sent, kLee, kKim, State::kDelivered);
  CHECK(recorded(post_receipts(house, kKim, "/v1/inbox/acknowledge", {delivered})) == 1);
  CHECK(house.inbox(kKim).deliveries.empty());
  CHECK(house.inbox(kOlivia).deliveries.size() == 1);
  CHECK(recorded(post_receipts(house, kKim, "/v1/inbox/acknowledge", {delivered, delivered})) == 0);

  const std::string read = house.receipt(sent, kLee, kKim, State::kRead);
  CHECK(recorded(post_receipts(house, kKim, "/v1/receipts", {read})) == 1);
  const std::string undecryptable = house.receipt(sent, kLee, kOlivia, State::kUndecryptable);
  CHECK(recorded(post_receipts(house, kOlivia, "/v1/inbox/acknowledge", {undecryptable})) == 1);
  CHECK(house.inbox(kOlivia).deliveries.empty());

  for (const std::string& who : {kLee, kKim, kOlivia}) {
    const wire::EvidenceList list = house.evidence(who, sent.id, kLee);
    REQUIRE(list.items.size() == 4);
    CHECK(list.items[1].statement == delivered);
    const auto event = audit::parse_leaf(list.items[1].leaf);
    REQUIRE(event.has_value());
    CHECK(event->event == "message.deliver");
    CHECK(event->actor == kKim);
    CHECK(event->objects == std::vector<std::string>{kLee});
    CHECK(event->details.at("statement") == hash_of(delivered));
  }
  CHECK(house
            .ask(kService, "GET",
                 "/v1/messages/" + sent.id + "/evidence?from=" + base::percent_encode(kLee))
            .status == 404);

  const HttpAnswer mine = house.ask(kLee, "GET", "/v1/receipts?limit=2");
  REQUIRE(mine.status == 200);
  const auto list = wire::parse_evidence_list(mine.body).value();
  REQUIRE(list.items.size() == 2);
  CHECK(list.more);
  CHECK(list.items[0].statement == delivered);
  const HttpAnswer rest =
      house.ask(kLee, "GET", "/v1/receipts?after=" + std::to_string(list.items[1].cursor));
  CHECK(wire::parse_evidence_list(rest.body).value().items.size() == 1);
}

TEST_CASE("a receipt counts only from its recipient, about the right content, in its place") {
  House house;
  const wire::Submission sent = house.message(1);
  house.submit(kLee, sent);
  const auto is_refused = [&](const std::string& who, const std::string& receipt,
                              const std::string& path = "/v1/inbox/acknowledge") {
    const HttpAnswer answer = post_receipts(house, who, path, {receipt});
    REQUIRE_MESSAGE(answer.status == 200, answer.text());
    const auto result = wire::parse_receipt_batch_result(answer.body).value();
    return result.recorded == 0 && result.refused == 1;
  };
  CHECK(is_refused(kOlivia, house.receipt(sent, kLee, kOlivia, State::kDelivered)));
  CHECK(is_refused(kKim, house.receipt(sent, kLee, kOlivia, State::kDelivered)));
  CHECK(is_refused(kKim, house.receipt(sent, kLee, kKim, State::kDelivered, kKim + "#2")));
  CHECK(is_refused(kKim, house.receipt(sent, kOlivia, kKim, State::kDelivered)));
  CHECK(is_refused(kKim, house.receipt(sent, kLee, kKim, State::kRead)));
  CHECK(is_refused(kKim, house.receipt(sent, kLee, kKim, State::kDelivered), "/v1/receipts"));
  wire::Submission other = sent;
  other.message_sha256[0] ^= 1;
  CHECK(is_refused(kKim, house.receipt(other, kLee, kKim, State::kDelivered)));
  CHECK(is_refused(kKim, "rubbish"));
  CHECK(house.inbox(kKim).deliveries.size() == 1);
  CHECK(house.evidence(kKim, sent.id, kLee).items.size() == 1);
}

TEST_CASE("a receipt that is refused does not hold up the others") {
  House house;
  const wire::Submission sent = house.message(1);
  house.submit(kLee, sent);
  const std::string stray = house.receipt(house.message(2), kLee, kKim, State::kDelivered);
  const std::string good = house.receipt(sent, kLee, kKim, State::kDelivered);
  const HttpAnswer answer = post_receipts(house, kKim, "/v1/inbox/acknowledge", {stray, good});
  REQUIRE_MESSAGE(answer.status == 200, answer.text());
  const auto result = wire::parse_receipt_batch_result(answer.body).value();
  CHECK(result.recorded == 1);
  CHECK(result.refused == 1);
  CHECK(house.inbox(kKim).deliveries.empty());
  CHECK(house.events("message.deliver").size() == 1);
}

TEST_CASE("a receipt for a message that has expired is still taken") {
  House house;
  const wire::Submission sent = house.message(1);
  house.submit(kLee, sent);
  const std::string late = house.receipt(sent, kLee, kKim, State::kDelivered);
  house.stop();
  house.clock.advance(2 * kDay);
  house.start();
  CHECK(house.inbox(kKim).deliveries.empty());
  CHECK(recorded(post_receipts(house, kKim, "/v1/inbox/acknowledge", {late})) == 1);
  CHECK(house.submit(kLee, sent).duplicate);
}

TEST_CASE("the inbox has pages and a cursor") {
  House house;
  for (int i = 1; i <= 5; ++i) house.submit(kLee, house.message(i));
  const wire::Inbox first = house.inbox(kKim, "?limit=2");
  REQUIRE(first.deliveries.size() == 2);
  CHECK(first.more);
  const std::string after = std::to_string(first.deliveries[1].cursor);
  const wire::Inbox rest = house.inbox(kKim, "?after=" + after);
  REQUIRE(rest.deliveries.size() == 3);
  CHECK_FALSE(rest.more);
  CHECK(rest.deliveries[0].id == house.message(3).id);
  CHECK(house.ask(kKim, "GET", "/v1/inbox?limit=0").status == 400);
  CHECK(house.ask(kKim, "GET", "/v1/inbox?limit=257").status == 400);
}

TEST_CASE("a waiting poll is answered when mail comes") {
  House house;
  wire::Inbox got;
  std::thread waiting([&] { got = house.inbox(kKim, "?wait=60"); });
  house.await_polls(1);
  house.submit(kLee, house.message(1));
  waiting.join();
  CHECK(got.deliveries.size() == 1);
}

TEST_CASE("a waiting poll ends empty when its time is over, or the relay stops") {
  House house;
  wire::Inbox got;
  got.more = true;
  std::thread waiting([&] { got = house.inbox(kKim, "?wait=5"); });
  house.await_polls(1);
  house.clock.advance(std::chrono::seconds(6));
  waiting.join();
  CHECK(got.deliveries.empty());
  CHECK_FALSE(got.more);

  house.await_polls(0);
  HttpConnection connection(house.port());
  connection.send(
      head_of("GET", "/v1/inbox?wait=60", house.sign(kKim, "GET", "/v1/inbox?wait=60", {}), 0));
  house.await_polls(1);
  house.stop();
  CHECK(connection.receive().status == 200);
}

TEST_CASE("too many waiting polls of a device wake its oldest") {
  House house([](relay::Settings& settings) { settings.limits.polls_per_device = 1; });
  HttpConnection oldest(house.port());
  HttpConnection newest(house.port());
  const std::string target = "/v1/inbox?wait=60";
  oldest.send(head_of("GET", target, house.sign(kKim, "GET", target, {}), 0));
  house.await_polls(1);
  newest.send(head_of("GET", target, house.sign(kKim, "GET", target, {}), 0));
  CHECK(oldest.receive().status == 200);
  house.submit(kLee, house.message(1));
  CHECK(wire::parse_inbox(newest.receive().body).value().deliveries.size() == 1);
}

TEST_CASE("a device that was revoked while it waited gets no mail, and the log says so") {
  House house;
  HttpConnection connection(house.port());
  const std::string target = "/v1/inbox?wait=60";
  connection.send(head_of("GET", target, house.sign(kKim, "GET", target, {}), 0));
  house.await_polls(1);
  house.submit(kLee, house.message(1, {kOlivia}));
  REQUIRE(house.post_trust(kOlivia, signed_by(revocation(kKim), {kOlivia})).status == 200);
  house.clock.advance(std::chrono::seconds(61));
  const HttpAnswer answer = connection.receive();
  CHECK(answer.status == 403);
  CHECK(code_of(answer) == "revoked");
  CHECK(house.events("access.refused").size() == 1);
}

TEST_CASE("answers that nobody reads fill the device's share of memory, not the relay's") {
  House house;
  wire::Submission sent = house.message(1, {kKim, kOlivia});
  sent.payload = base::Bytes(7 << 20, 2);
  house.submit(kLee, sent);
  std::vector<HttpConnection> unread;
  for (int i = 0; i < 9; ++i) {
    HttpConnection& connection = unread.emplace_back(house.port());
    const Headers headers = house.sign(kKim, "GET", "/v1/inbox", {});
    connection.send(head_of("GET", "/v1/inbox", headers, 0));
  }
  for (const HttpConnection& connection : unread) connection.await_answer();
  const HttpAnswer busy = house.ask(kKim, "GET", "/v1/inbox");
  CHECK(busy.status == 503);
  CHECK(code_of(busy) == "busy");
  CHECK(house.inbox(kOlivia).deliveries.size() == 1);
  unread.clear();
  CHECK(eventually([&] { return house.ask(kKim, "GET", "/v1/inbox").status == 200; }));
}

TEST_CASE("a message lives as long as its purpose allows, whatever the policy allows in general") {
  House house;
  policy::Policy narrow = policy::default_policy();
  for (policy::Purpose& purpose : narrow.purposes) {
    if (purpose.name == "billing") purpose.max_expiry = std::chrono::days(1);
  }
  const std::string text = policy::format_policy(narrow, kNoon).value();
  REQUIRE(house.post_trust(kOlivia, signed_by(text, {kOlivia})).status == 200);
  wire::Submission sent = house.message(1);
  sent.expires = house.clock.now() + 2 * kDay;
  CHECK(house.submit(kLee, sent).accepted);
  sent = house.message(2);
  sent.purpose = "billing";
  sent.expires = house.clock.now() + 2 * kDay;
  CHECK(house.submit(kLee, sent).error_code == "usage");
  sent.expires = house.clock.now() + 1 * kDay;
  CHECK(house.submit(kLee, sent).accepted);
}
