// What goes with a device that is revoked, or whose role is changed, and when.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <chrono>
#include <future>
#include <thread>

#include "house.hpp"
#include "merkle/checkpoint.hpp"
#include "policy/policy.hpp"
#include "relay/fsck/fsck.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using trust::Role;

namespace {

const std::string kBlob(32, 'a');

HttpAnswer revoke(House& house, const std::string& device, const std::string& by = kOlivia) {
  return house.post_trust(by, signed_by(revocation(device), {by}));
}

trust::RoleChange role_change(std::string_view user, Role role) {
  return {std::string(user), role, {}, "", kNoon + kDay};
}

// A prekey that the chain of the house takes, published by its device.
HttpAnswer publish(House& house, std::string_view device, const std::string& label = "") {
  const std::string name = full(device);
  const std::string note = signed_by(prekey(device), {label.empty() ? name : label});
  return house.ask(label.empty() ? name : label, "POST", "/v1/prekeys",
                   wire::to_cbor(wire::PrekeyBatch{{note}}));
}

std::string claimed(House& house, const std::string& device) {
  const HttpAnswer answer = house.ask(kLee, "POST", "/v1/prekeys/claim",
                                      wire::to_cbor(wire::PrekeyClaim{house.new_id(), {device}}));
  REQUIRE(answer.status == 200);
  return wire::parse_claimed_prekeys(answer.body).value().prekeys.at(0).prekey;
}

void upload_part(House& house, const std::string& by) {
  REQUIRE(
      house.ask(by, "POST", "/v1/blobs", wire::to_cbor(wire::BlobReservation{kBlob, 5})).status ==
      200);
  const base::Bytes bytes{1, 2, 3, 4, 5};
  REQUIRE(house.ask(by, "PUT", "/v1/blobs/" + kBlob + "/parts/0", bytes).status == 200);
}

std::filesystem::path file_of(const House& house, const std::string& blob) {
  return house.dir() / "blobs" / blob.substr(0, 2) / blob;
}

// What fsck finds, and leaves the house stopped.
std::vector<std::string> damages(House& house) {
  house.stop();
  std::vector<std::string> found;
  relay::FsckOptions options;
  options.dir = house.dir();
  options.report = [&](const relay::Damage& damage) -> base::Result<void> {
    found.push_back(damage.id + ": " + damage.what);
    return {};
  };
  options.progress = [](std::string_view, std::uint64_t) { return base::Result<void>(); };
  const auto examined = relay::fsck(options);
  REQUIRE_MESSAGE(examined.has_value(), (examined ? "" : examined.error().text));
  return found;
}

void check_sound(House& house) {
  for (const std::string& damage : damages(house)) FAIL_CHECK(damage);
  house.start();
}

void run_sql(const std::filesystem::path& path, const char* sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

trust::Views views_of(House& house) {
  const auto note = note::parse(house.checkpoint()).value();
  const auto checkpoint = merkle::parse_checkpoint(note.text).value();
  return {{checkpoint.size, checkpoint.root}, house.chain.view()};
}

}  // namespace

TEST_CASE("with a revocation the device's queue goes, each message with a tombstone") {
  House house;
  REQUIRE(house.submit(kLee, house.message(1, {kKim, kOlivia})).accepted);
  REQUIRE(house.submit(kLee, house.message(2)).accepted);
  REQUIRE(revoke(house, kKim).status == 200);
  const auto dropped = house.events("message.drop");
  REQUIRE(dropped.size() == 2);
  CHECK(dropped[0].message == house.message(1).id);
  CHECK(dropped[1].message == house.message(2).id);
  CHECK(dropped[0].objects == std::vector<std::string>{kKim});
  CHECK(dropped[0].actor == kOlivia);
  CHECK(dropped[0].purpose == "test-results");
  CHECK(dropped[0].request == house.events("device.revoke").at(0).request);
  CHECK(house.inbox(kOlivia).deliveries.size() == 1);  // who still waits gets it
  for (int n : {1, 2}) {
    const wire::EvidenceList evidence = house.evidence(kLee, house.message(n).id, kLee);
    REQUIRE(evidence.items.size() == 2);
    const auto& [statement, leaf] = std::pair(evidence.items[1].statement, evidence.items[1].leaf);
    const auto note = note::parse(statement).value();
    CHECK(note::signed_by(note, house.log()));
    const auto said = receipt::parse(note.text).value();
    CHECK(said.state == receipt::State::kDropped);
    CHECK(said.device == kKim);
    CHECK(said.from == kLee);
    CHECK(said.message_sha256 == house.message(n).message_sha256);
    CHECK(audit::parse_leaf(leaf)->details.at("statement") == hash_of(statement));
  }
  const auto receipts = house.ask(kLee, "GET", "/v1/receipts?after=0&limit=10");
  CHECK(wire::parse_evidence_list(receipts.body)->items.size() == 2);
  CHECK(code_of(house.ask(kKim, "GET", "/v1/inbox")) == "revoked");
  check_sound(house);
}

TEST_CASE("a receipt of what went with a device is missed, and noticed when it is another's") {
  House house;
  REQUIRE(house.submit(kLee, house.message(1, {kKim, kOlivia})).accepted);
  REQUIRE(house.submit(kLee, house.message(2)).accepted);
  REQUIRE(revoke(house, kKim).status == 200);
  house.checkpoint();
  house.stop();
  const auto store = house.dir() / "relay.db";
  SUBCASE("gone") {
    run_sql(store, "DELETE FROM evidence WHERE state = 5");
    const auto found = damages(house);
    REQUIRE(found.size() == 2);
    CHECK(found[0].find("records a receipt that is not there: message.drop") != std::string::npos);
  }
  SUBCASE("changed") {
    run_sql(store,
            "UPDATE evidence SET statement = replace(statement, 'kim', 'kit') WHERE state = 5");
    CHECK(damages(house).size() == 4);
  }
}

TEST_CASE("nobody gets the prekeys of a revoked device, nor sends to it") {
  House house;
  REQUIRE(publish(house, "nurse.kim/phone").status == 200);
  REQUIRE_FALSE(claimed(house, kKim).empty());
  REQUIRE(revoke(house, kKim).status == 200);
  CHECK(claimed(house, kKim).empty());
  const auto refused = house.submit(kLee, house.message(1));
  CHECK_FALSE(refused.accepted);
  CHECK(refused.error_code == "revoked");
}

TEST_CASE("a poll that waits ends with the revocation, without being asked again") {
  House house;
  HttpConnection connection(house.port());
  const std::string target = "/v1/inbox?wait=60";
  connection.send(head_of("GET", target, house.sign(kKim, "GET", target, {}), 0));
  house.await_polls(1);
  REQUIRE(revoke(house, kKim).status == 200);
  CHECK(code_of(connection.receive()) == "revoked");
}

TEST_CASE("uploads that no message names are gone with their device, others stay") {
  House house;
  upload_part(house, kLee);
  REQUIRE(std::filesystem::exists(file_of(house, kBlob)));
  REQUIRE(revoke(house, kLee).status == 200);
  CHECK_FALSE(std::filesystem::exists(file_of(house, kBlob)));
  // The id is free again, for whoever comes next.
  CHECK(
      house.ask(kKim, "POST", "/v1/blobs", wire::to_cbor(wire::BlobReservation{kBlob, 9})).status ==
      200);
}

TEST_CASE("a blob that a message names outlives its uploader's revocation") {
  House house;
  upload_part(house, kLee);
  wire::BlobCompletion completion;
  completion.leaves.assign(1, crypto::sha256(base::as_bytes("leaf")));
  REQUIRE(house.ask(kLee, "POST", "/v1/blobs/" + kBlob + "/complete", wire::to_cbor(completion))
              .status == 200);
  wire::Submission sent = house.message(1);
  sent.blobs = {kBlob};
  REQUIRE(house.submit(kLee, sent).accepted);
  REQUIRE(revoke(house, kLee).status == 200);
  CHECK(house.ask(kKim, "GET", "/v1/blobs/" + kBlob).status == 200);
}

TEST_CASE("a revocation whose request fails as a whole takes nothing away") {
  House house;
  upload_part(house, kLee);
  REQUIRE(house.submit(kKim, house.message(1, {kLee})).accepted);
  const std::string good = signed_by(revocation(kLee), {kOlivia});
  const auto batch = wire::to_cbor(wire::TrustEntries{house.chain.size() + 2, {good, "rubbish"}});
  CHECK(house.ask(kOlivia, "POST", "/v1/trust", batch).status == 400);
  CHECK(house.inbox(kLee).deliveries.size() == 1);
  CHECK(std::filesystem::exists(file_of(house, kBlob)));
  CHECK(house.events("message.drop").empty());
}

TEST_CASE("a revoked device gets nothing in by claiming an earlier time") {
  House house;
  REQUIRE(house.submit(kKim, house.message(1, {kLee})).accepted);
  REQUIRE(revoke(house, kLee).status == 200);
  trust::Revocation early = revocation(kKim);
  early.at = kNoon;
  const auto size = house.chain.size();
  for (const std::string& entry :
       {signed_by(early, {kLee}), signed_by(invitation("dr.lee", Role::kMember, 5), {kLee})}) {
    const auto body = wire::to_cbor(wire::TrustEntries{size + 1, {entry}});
    CHECK(code_of(house.ask(kLee, "POST", "/v1/trust", body)) == "revoked");
    CHECK(code_of(house.ask(kOlivia, "POST", "/v1/trust", body)) == "denied");
  }
  const auto receipts = wire::to_cbor(wire::ReceiptBatch{
      {house.receipt(house.message(1, {kLee}), kKim, kLee, receipt::State::kDelivered)}});
  CHECK(code_of(house.ask(kLee, "POST", "/v1/inbox/acknowledge", receipts)) == "revoked");
  CHECK(house.events("message.deliver").empty());
}

TEST_CASE("a member ends a device of their own, and no one else's") {
  House house;
  const std::string phone = full("dr.lee/phone");
  REQUIRE(house
              .post_trust(kOlivia, signed_by(root_certificate("dr.lee/phone", Role::kMember),
                                             {std::string(kOrganisation), phone}))
              .status == 200);
  CHECK(revoke(house, kLee, phone).status == 200);
  CHECK(code_of(revoke(house, kKim, phone)) == "denied");
  CHECK(code_of(house.ask(kLee, "GET", "/v1/trust")) == "revoked");
}

TEST_CASE("a change of role holds from its commit on: doors, queue, prekeys, polls") {
  House house;
  REQUIRE(publish(house, "nurse.kim/phone").status == 200);
  REQUIRE(house.submit(kLee, house.message(1)).accepted);
  HttpConnection connection(house.port());
  const std::string target = "/v1/inbox?after=99&wait=60";
  connection.send(head_of("GET", target, house.sign(kKim, "GET", target, {}), 0));
  house.await_polls(1);
  REQUIRE(house.post_trust(kOlivia, signed_by(role_change("nurse.kim", Role::kAuditor), {kOlivia}))
              .status == 200);
  CHECK(code_of(connection.receive()) == "denied");
  CHECK(house.ask(kKim, "GET", "/v1/inbox").status == 403);
  CHECK(house.ask(kKim, "GET", "/v1/audit/events").status == 200);
  CHECK(claimed(house, kKim).empty());
  CHECK(house.events("message.drop").size() == 1);
  const auto changed = house.events("member.role");
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].objects == std::vector<std::string>{"mercy.example/nurse.kim"});
  CHECK(changed[0].details.at("role") == "auditor");
  CHECK_FALSE(house.submit(kLee, house.message(2)).accepted);
  check_sound(house);
}

TEST_CASE("a change of role that goes on receiving takes nothing away") {
  House house;
  REQUIRE(house.submit(kLee, house.message(1)).accepted);
  const auto change = role_change("nurse.kim", Role::kCustodian);
  REQUIRE(house.post_trust(kOlivia, signed_by(change, {kOlivia})).status == 200);
  CHECK(house.inbox(kKim).deliveries.size() == 1);
}

TEST_CASE("a poll ends with the key that asked") {
  House house;
  auto waiting = std::async(std::launch::async,
                            [&] { return code_of(house.ask(kKim, "GET", "/v1/inbox?wait=60")); });
  house.await_polls(1);
  trust::Certificate next = successor(house.chain, "nurse.kim/phone");
  next.at = kNoon;
  next.expires = kNoon + 300 * kDay;
  REQUIRE(house.post_trust(kKim, signed_by(next, {kKim, kKim + "#2"})).status == 200);
  CHECK(waiting.get() == "key-replaced");
}

TEST_CASE("nobody ends the last owner, nor do two owners end each other") {
  House house;
  const std::string otto = full("otto/desk");
  const auto ends = [&](const std::string& by, const std::string& whom) {
    return house.post_trust(by, signed_by(revocation(whom), {by}));
  };
  CHECK(code_of(ends(kOlivia, kOlivia)) == "conflict");
  const std::string root{kOrganisation};
  CHECK(code_of(house.post_trust(kOlivia, signed_by(revocation(kOlivia), {root}))) == "conflict");
  CHECK(code_of(house.post_trust(
            kOlivia, signed_by(role_change("olivia", Role::kMember), {root}))) == "conflict");
  REQUIRE(house.add_owner("otto/desk").status == 200);
  // Both in one request, and then one after the other.
  trust::Chain longer = house.chain;
  const std::vector<std::string> both{signed_by(revocation(otto), {kOlivia}),
                                      signed_by(revocation(kOlivia), {kOlivia})};
  for (const std::string& entry : both) must(longer, entry);
  const auto body = wire::to_cbor(wire::TrustEntries{longer.size(), both});
  CHECK(code_of(house.ask(kOlivia, "POST", "/v1/trust", body)) == "conflict");
  CHECK(house.ask(otto, "GET", "/v1/trust").status == 200);
  CHECK(ends(kOlivia, otto).status == 200);
  CHECK(code_of(ends(kOlivia, kOlivia)) == "conflict");
  CHECK(ends(kOlivia, kLee).status == 200);
  check_sound(house);
}

TEST_CASE("an owner who has expired holds nobody, and is no owner that is left") {
  House house;
  trust::Certificate brief = root_certificate("otto/desk", Role::kOwner);
  brief.expires = kNoon + kDay;
  const std::string root{kOrganisation};
  const std::string otto = full("otto/desk");
  REQUIRE(house.post_trust(kOlivia, signed_by(brief, {root, otto})).status == 200);
  house.clock.advance(2 * kDay);
  CHECK(code_of(house.post_trust(kOlivia, signed_by(revocation(kOlivia), {kOlivia}))) ==
        "conflict");
  CHECK(house.post_trust(kOlivia, signed_by(revocation(otto), {kOlivia})).status == 200);
}

TEST_CASE("with a new key the prekeys that the old one signed are handed to nobody") {
  House house;
  REQUIRE(publish(house, "nurse.kim/phone").status == 200);
  trust::Certificate next = successor(house.chain, "nurse.kim/phone");
  next.at = kNoon;
  next.expires = kNoon + 300 * kDay;
  REQUIRE(house.post_trust(kKim, signed_by(next, {kKim, kKim + "#2"})).status == 200);
  CHECK(claimed(house, kKim).empty());
  CHECK(house.ask(kKim, "GET", "/v1/inbox").status == 401);
  CHECK(house.ask(kKim + "#2", "GET", "/v1/inbox").status == 200);
  CHECK(publish(house, "nurse.kim/phone", kKim + "#2").status == 200);
  CHECK_FALSE(claimed(house, kKim).empty());
}

TEST_CASE("an entry is taken in only from who has seen this log and this chain") {
  House house;
  trust::Invitation invited = invitation("dr.may", Role::kMember, 1);
  invited.seen = views_of(house);
  invited.seen->log.hash[0] ^= 1;
  CHECK(code_of(house.post_trust(kOlivia, signed_by(invited, {kOlivia}))) == "verification-failed");
  invited.seen = views_of(house);
  invited.seen->log.size += 1000;
  CHECK(code_of(house.post_trust(kOlivia, signed_by(invited, {kOlivia}))) == "verification-failed");
  invited.seen = views_of(house);
  invited.seen->trust.hash[0] ^= 1;
  CHECK(code_of(house.post_trust(kOlivia, signed_by(invited, {kOlivia}))) == "verification-failed");
  invited.seen = views_of(house);
  CHECK(house.post_trust(kOlivia, signed_by(invited, {kOlivia})).status == 200);
}

TEST_CASE("a policy, too, is taken in only from who has seen this log and this chain") {
  House house;
  const auto bring = [&](const trust::Views& seen) {
    const auto text = policy::format_policy(policy::default_policy(), kNoon, seen).value();
    return house.post_trust(kOlivia, signed_by(text, {kOlivia}));
  };
  trust::Views seen = views_of(house);
  seen.log.hash[0] ^= 1;
  CHECK(code_of(bring(seen)) == "verification-failed");
  seen = views_of(house);
  seen.log.size += 1000;
  CHECK(code_of(bring(seen)) == "verification-failed");
  seen = views_of(house);
  seen.trust.hash[0] ^= 1;
  CHECK(code_of(bring(seen)) == "verification-failed");
  CHECK(bring(views_of(house)).status == 200);
}
