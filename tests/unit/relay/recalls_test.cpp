// Taking messages back at the relay: what goes, what is signed and logged, who is told, who may.
#include "trust/recall.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "base/encoding.hpp"
#include "house.hpp"
#include "note/note.hpp"
#include "relay/fsck/fsck.hpp"
#include "text/json.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using receipt::State;

namespace {

const std::string kBlob(32, 'a');
const std::string kJane = "c-00112233445566778899aabbccddeeff";

std::string recall_of(const House& house, const wire::Submission& message, const std::string& by,
                      const std::string& from = kLee, bool with_hash = true) {
  trust::Recall value;
  value.message = message.id;
  value.from = trust::parse_device_name(from).value();
  if (with_hash) value.message_sha256 = message.message_sha256;
  value.reason = "wrong patient";
  value.trust = house.chain.view();
  value.at = kNoon;
  return signed_by(value, {by});
}

HttpAnswer post(House& house, const std::string& by, const std::string& recall) {
  return house.ask(by, "POST", "/v1/recalls", wire::to_cbor(wire::RecallPosting{recall}));
}

wire::RecallTaken taken(const HttpAnswer& answer) {
  REQUIRE(answer.status == 200);
  return wire::parse_recall_taken(answer.body).value();
}

std::vector<receipt::Receipt> receipts_about(House& house, const std::string& id) {
  std::vector<receipt::Receipt> out;
  for (const wire::EvidenceItem& item : house.evidence(kLee, id, kLee).items) {
    out.push_back(receipt::parse(note::parse(item.statement).value().text).value());
  }
  return out;
}

HttpAnswer acknowledge(House& house, const std::string& by, const std::string& receipt) {
  return house.ask(by, "POST", "/v1/inbox/acknowledge",
                   wire::to_cbor(wire::ReceiptBatch{{receipt}}));
}

void check_sound(House& house) {
  house.stop();
  relay::FsckOptions options;
  options.dir = house.dir();
  options.report = [](const relay::Damage& damage) -> base::Result<void> {
    FAIL_CHECK((std::string(damage.part) + " " + damage.id + ": " + damage.what));
    return {};
  };
  options.progress = [](std::string_view, std::uint64_t) { return base::Result<void>(); };
  REQUIRE(relay::fsck(options).has_value());
  house.start();
}

}  // namespace

TEST_CASE("what waits goes with its payload, a tombstone for each device, in one transaction") {
  House house;
  const wire::Submission message = house.message(1, {kKim, kOlivia});
  REQUIRE(house.submit(kLee, message).accepted);
  REQUIRE(house.submit(kLee, house.message(2)).accepted);
  const std::string recall = recall_of(house, message, kLee);
  const wire::RecallTaken answer = taken(post(house, kLee, recall));
  CHECK(answer.recall == recall);
  CHECK_FALSE(answer.duplicate);
  const auto events = house.events();
  CHECK(house.inbox(kOlivia).deliveries.empty());
  CHECK(house.inbox(kKim).deliveries.size() == 1);  // the other message
  REQUIRE(events.size() >= 3);
  CHECK(events[events.size() - 3].event == "message.recall");
  CHECK(events[events.size() - 3].actor == kLee);
  CHECK(events[events.size() - 3].objects == std::vector<std::string>{kLee});
  CHECK(events[events.size() - 3].details.at("statement") == hash_of(recall));
  CHECK(events[events.size() - 2].event == "message.withdraw");
  CHECK(events[events.size() - 2].request == events[events.size() - 3].request);
  const auto said = receipts_about(house, message.id);
  REQUIRE(said.size() == 3);
  for (std::size_t i : {1U, 2U}) {
    CHECK(said[i].state == State::kWithdrawn);
    CHECK(said[i].by == house.log().name());
    CHECK(said[i].message_sha256 == message.message_sha256);
    CHECK((said[i].device == kKim || said[i].device == kOlivia));
  }
  check_sound(house);
}

TEST_CASE("the first recall counts, whoever comes after and however often") {
  House house;
  const wire::Submission message = house.message(1);
  REQUIRE(house.submit(kLee, message).accepted);
  const std::string first = recall_of(house, message, kLee);
  taken(post(house, kLee, first));
  for (const std::string& by : {kLee, kOlivia}) {
    const wire::RecallTaken again = taken(post(house, by, recall_of(house, message, by)));
    CHECK(again.recall == first);
    CHECK(again.duplicate);
  }
  CHECK(house.events("message.recall").size() == 1);
  CHECK(house.events("message.withdraw").size() == 1);
}

TEST_CASE("who has it is told until the cursor is past it, and so is who may just be fetching") {
  House house;
  const wire::Submission message = house.message(1, {kKim, kOlivia});
  REQUIRE(house.submit(kLee, message).accepted);
  REQUIRE(acknowledge(house, kKim, house.receipt(message, kLee, kKim, State::kDelivered)).status ==
          200);
  const std::string recall = recall_of(house, message, kLee);
  taken(post(house, kLee, recall));
  for (const std::string& device : {kKim, kOlivia}) {
    const wire::Inbox inbox = house.inbox(device);
    REQUIRE(inbox.recalls.size() == 1);
    CHECK(inbox.recalls[0].recall == recall);
    const std::string behind = "recalls=" + std::to_string(inbox.recalls[0].cursor);
    CHECK(house.inbox(device, "?" + behind).recalls.empty());
  }
  CHECK(house.inbox(kLee).recalls.empty());
  // Olivia had fetched it before, and acknowledges it now: there is a recall to look at.
  const HttpAnswer late =
      acknowledge(house, kOlivia, house.receipt(message, kLee, kOlivia, State::kDelivered));
  CHECK(wire::parse_receipt_batch_result(late.body).value().recalled);
  const HttpAnswer gone =
      acknowledge(house, kOlivia, house.receipt(message, kLee, kOlivia, State::kRecalled));
  CHECK(wire::parse_receipt_batch_result(gone.body).value().recorded == 1);
  REQUIRE(house.events("message.recalled").size() == 1);
  CHECK(house.events("message.recalled")[0].actor == kOlivia);
  check_sound(house);
}

TEST_CASE("who has read it is not told, and nobody destroys what was not recalled") {
  House house;
  const wire::Submission message = house.message(1);
  REQUIRE(house.submit(kLee, message).accepted);
  const HttpAnswer early =
      acknowledge(house, kKim, house.receipt(message, kLee, kKim, State::kRecalled));
  CHECK(wire::parse_receipt_batch_result(early.body).value().refused == 1);
  CHECK(house.inbox(kKim).deliveries.size() == 1);
  acknowledge(house, kKim, house.receipt(message, kLee, kKim, State::kDelivered));
  const base::Bytes read =
      wire::to_cbor(wire::ReceiptBatch{{house.receipt(message, kLee, kKim, State::kRead)}});
  REQUIRE(house.ask(kKim, "POST", "/v1/receipts", read).status == 200);
  taken(post(house, kLee, recall_of(house, message, kLee)));
  CHECK(house.inbox(kKim).recalls.empty());
  CHECK(house.events("message.withdraw").empty());
}

TEST_CASE("a device that waits for a new header gets none any more") {
  House house;
  const wire::Submission message = house.message(1);
  REQUIRE(house.submit(kLee, message).accepted);
  acknowledge(house, kKim, house.receipt(message, kLee, kKim, State::kUndecryptable));
  taken(post(house, kLee, recall_of(house, message, kLee)));
  CHECK(house.events("message.withdraw").size() == 1);
  wire::Envelope envelope = message.envelopes[0];
  envelope.header.push_back(9);
  const HttpAnswer answer =
      house.ask(kLee, "POST", "/v1/messages/" + message.id + "/envelopes", wire::to_cbor(envelope));
  CHECK(code_of(answer) == "conflict");
  check_sound(house);
}

TEST_CASE("members recall their own messages only, owners all; nobody by another's signature") {
  House house;
  const wire::Submission message = house.message(1);
  REQUIRE(house.submit(kLee, message).accepted);
  CHECK(code_of(post(house, kKim, recall_of(house, message, kKim))) == "denied");
  CHECK(code_of(post(house, kKim, recall_of(house, message, kLee))) == "denied");
  CHECK(code_of(post(house, kLee, recall_of(house, message, kLee + "#2"))) ==
        "verification-failed");
  wire::Submission other = house.message(2);
  CHECK(code_of(post(house, kLee, recall_of(house, other, kLee))) == "not-found");
  other.id = message.id;
  other.message_sha256[0] ^= 1;
  CHECK(code_of(post(house, kLee, recall_of(house, other, kLee))) == "conflict");
  CHECK(house.inbox(kKim).deliveries.size() == 1);
  CHECK(house.events("message.recall").empty());
  const wire::RecallTaken answer =
      taken(post(house, kOlivia, recall_of(house, message, kOlivia, kLee, false)));
  CHECK_FALSE(answer.duplicate);
  CHECK(house.inbox(kKim).deliveries.empty());
}

TEST_CASE("whose message an id names is said to who may recall it") {
  House house;
  const wire::Submission message = house.message(1);
  REQUIRE(house.submit(kLee, message).accepted);
  const auto ask = [&](const std::string& who, const std::string& rest) {
    return house.ask(who, "GET", "/v1/recalls/" + message.id + rest);
  };
  const HttpAnswer owner = ask(kOlivia, "");
  REQUIRE(owner.status == 200);
  CHECK(wire::parse_recall_subject(owner.body).value().from == kLee);
  CHECK(wire::parse_recall_subject(owner.body).value().recall.empty());
  CHECK(code_of(ask(kKim, "")) == "denied");
  CHECK(code_of(ask(kKim, "/evidence?from=" + kLee)) == "denied");
  CHECK(ask(kOlivia, "/evidence?from=" + kLee).status == 200);
  CHECK(code_of(house.ask(kOlivia, "GET", "/v1/recalls/" + house.message(2).id)) == "not-found");
  wire::Submission same = house.message(1, {kLee});
  REQUIRE(house.submit(kOlivia, same).accepted);
  REQUIRE(house.submit(kService, house.message(1)).id == message.id);
  const HttpAnswer own = ask(kOlivia, "");
  CHECK(wire::parse_recall_subject(own.body).value().from == kOlivia);
  CHECK(wire::parse_recall_subject(ask(kOlivia, "?from=" + kLee).body).value().from == kLee);
}

TEST_CASE("attachments go when nothing else names them") {
  House house;
  const auto upload = [&](const std::string& blob) {
    const base::Bytes bytes{1, 2, 3, 4, 5};
    REQUIRE(house.ask(kLee, "POST", "/v1/blobs", wire::to_cbor(wire::BlobReservation{blob, 5}))
                .status == 200);
    REQUIRE(house.ask(kLee, "PUT", "/v1/blobs/" + blob + "/parts/0", bytes).status == 200);
    const merkle::Digest leaf = merkle::leaf_hash(bytes);
    REQUIRE(house
                .ask(kLee, "POST", "/v1/blobs/" + blob + "/complete",
                     wire::to_cbor(wire::BlobCompletion{{leaf}}))
                .status == 200);
  };
  const std::string shared(32, 'b');
  upload(kBlob);
  upload(shared);
  wire::Submission one = house.message(1);
  one.blobs = {kBlob, shared};
  wire::Submission two = house.message(2);
  two.blobs = {shared};
  REQUIRE(house.submit(kLee, one).accepted);
  REQUIRE(house.submit(kLee, two).accepted);
  taken(post(house, kLee, recall_of(house, one, kLee)));
  const auto there = [&](const std::string& blob) {
    return std::filesystem::exists(house.dir() / "blobs" / blob.substr(0, 2) / blob);
  };
  CHECK_FALSE(there(kBlob));
  CHECK(there(shared));
  CHECK(house.ask(kKim, "GET", "/v1/blobs/" + shared).status == 200);
  check_sound(house);
}

TEST_CASE("a link is recalled, opened or not, and its page is told so") {
  House house;
  const std::string id(32, 'c');
  const std::string fetch(64, '1');
  wire::Submission message = house.message(1, {});
  message.link = wire::Link{id,
                            crypto::sha256(base::parse_hex(fetch).value()),
                            {},
                            kJane,
                            wire::Passcode::kNone,
                            1,
                            base::Bytes(150, 3)};
  REQUIRE(house.submit(kLee, message).accepted);
  taken(post(house, kLee, recall_of(house, message, kLee)));
  const std::string body = R"({"fetch":")" + fetch + R"("})";
  const HttpAnswer look =
      house.ask_unsigned("POST", "/v1/links/" + id + "/look", base::as_bytes(body));
  CHECK(std::string(base::as_text(look.body)).find(R"("state":"recalled")") != std::string::npos);
  const auto said = receipts_about(house, message.id);
  REQUIRE(said.size() == 2);
  CHECK(said[1].state == State::kWithdrawn);
  CHECK(said[1].device.empty());
  CHECK(house.events("message.withdraw").at(0).objects == std::vector<std::string>{kJane});
  check_sound(house);
}

TEST_CASE("what is wrong with a recall in the store is damage") {
  House house;
  const wire::Submission message = house.message(1);
  REQUIRE(house.submit(kLee, message).accepted);
  REQUIRE(house.submit(kLee, house.message(2)).accepted);
  taken(post(house, kLee, recall_of(house, message, kLee)));
  house.checkpoint();
  house.stop();
  const auto store = house.dir() / "relay.db";
  const auto whole = house.dir() / "whole.db";
  std::filesystem::copy_file(store, whole);
  for (const auto& [sql, words] : std::map<std::string, std::string>{
           {"UPDATE recalls SET statement = replace(statement, 'wrong', 'right')", "did not sign"},
           {"UPDATE recalls SET leaf = 0", "records something else"},
           {"UPDATE recalls SET message = 2", "still waits to be fetched"},
           {"UPDATE messages SET pending = 0; UPDATE recalls SET message = 2",
            "about another message"},
           {"UPDATE recalls SET message = 99", "its message is not there"},
           {"DELETE FROM recalls", "records a recall that is not there"},
           {"UPDATE recall_devices SET device = 999", "a device that has no name"}}) {
    CAPTURE(sql);
    std::filesystem::copy_file(whole, store, std::filesystem::copy_options::overwrite_existing);
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(store.c_str(), &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
    std::string found;
    relay::FsckOptions options;
    options.dir = house.dir();
    options.report = [&](const relay::Damage& damage) -> base::Result<void> {
      found += damage.what + "; ";
      return {};
    };
    options.progress = [](std::string_view, std::uint64_t) { return base::Result<void>(); };
    REQUIRE(relay::fsck(options).has_value());
    CHECK_MESSAGE(found.find(words) != std::string::npos, found);
  }
}
