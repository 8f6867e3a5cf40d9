// What receipt files are made of: where the trust chain is logged, and the relay's word on messages
// that expired.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "base/encoding.hpp"
#include "house.hpp"

using namespace sealpost;
using namespace sealpost::testing;

namespace {

wire::EvidenceList trust_evidence(House& house, const std::string& who,
                                  const std::string& entries) {
  const HttpAnswer answer = house.ask(who, "GET", "/v1/trust/evidence?entries=" + entries);
  REQUIRE_MESSAGE(answer.status == 200, code_of(answer));
  return wire::parse_evidence_list(answer.body).value();
}

std::string numbers_below(std::uint64_t size) {
  std::string all;
  for (std::uint64_t i = 0; i < size; ++i) all += (i == 0 ? "" : ",") + std::to_string(i);
  return all;
}

// Each entry of the chain with the event that logs it.
void check_all(House& house) {
  const auto list = trust_evidence(house, kKim, numbers_below(house.chain.size()));
  REQUIRE(list.items.size() == house.chain.size());
  for (std::uint64_t i = 0; i < house.chain.size(); ++i) {
    const wire::EvidenceItem& item = list.items[i];
    CHECK(item.cursor == i);
    CHECK(item.statement == house.chain.entries()[i]);
    const audit::Event event = audit::parse_leaf(item.leaf).value();
    CHECK(event.details.at("trust") == std::to_string(i));
    CHECK(event.details.at("statement") == hash_of(item.statement));
    if (i > 0) CHECK(item.index > list.items[i - 1].index);
  }
}

void run_sql(const std::filesystem::path& path, const char* sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

}  // namespace

TEST_CASE("every entry of the trust chain is shown with the event that logs it") {
  House house;
  check_all(house);
  house.submit(kLee, house.message(1));
  const std::string invited =
      signed_by(invitation("max", trust::Role::kMember, 77), {std::string(kOrganisation)});
  REQUIRE(house.post_trust(kOlivia, invited).status == 200);
  check_all(house);
  house.stop();
  house.start();
  check_all(house);
}

TEST_CASE("a store of the first version learns where its trust chain is logged") {
  House house;
  house.submit(kLee, house.message(1));
  house.stop();
  run_sql(house.dir() / "relay.db",
          "DROP TABLE trust_leaves; DROP TABLE renewals;"
          "DROP TABLE once_prekeys; DROP TABLE mfa; DROP TABLE mfa_recovery; DROP TABLE mfa_proofs;"
          "DROP TABLE orders; DROP TABLE register_entries; DROP TABLE register_files;"
          "DROP TABLE contact_keys; DROP TABLE register_grants; DROP TABLE entry_blobs;"
          "DROP TABLE links; DROP TABLE link_claims; DROP TABLE replies; DROP TABLE stops;"
          "DROP TABLE answers; ALTER TABLE envelopes DROP COLUMN handed;"
          "DROP TABLE journals; DROP TABLE recalls; DROP TABLE recall_devices; DROP INDEX "
          "blobs_of_message;"
          "PRAGMA user_version = 1;");
  house.start();
  check_all(house);
}

TEST_CASE("a store of the second version goes on with the tables that are new") {
  House house;
  house.submit(kLee, house.message(1));
  house.stop();
  run_sql(house.dir() / "relay.db",
          "DROP TABLE once_prekeys; DROP TABLE mfa; DROP TABLE mfa_recovery; DROP TABLE mfa_proofs;"
          "DROP TABLE orders; DROP TABLE register_entries; DROP TABLE register_files;"
          "DROP TABLE contact_keys; DROP TABLE register_grants; DROP TABLE entry_blobs;"
          "DROP TABLE links; DROP TABLE link_claims; DROP TABLE replies; DROP TABLE stops;"
          "DROP TABLE answers; ALTER TABLE envelopes DROP COLUMN handed;"
          "DROP TABLE journals; DROP TABLE recalls; DROP TABLE recall_devices; DROP INDEX "
          "blobs_of_message;"
          "PRAGMA user_version = 2;");
  house.start();
  check_all(house);
  CHECK(house.inbox(kKim).deliveries.size() == 1);
  const HttpAnswer answer = house.ask(kKim, "GET", "/v1/prekeys");
  REQUIRE(answer.status == 200);
  CHECK(wire::parse_prekey_stock(answer.body)->once.empty());
  CHECK(house.ask(kOlivia, "GET", "/v1/orders?device=" + kKim).status == 404);
}

TEST_CASE("evidence of the trust chain is for every device, and for what there is") {
  House house;
  const std::string route = "/v1/trust/evidence";
  CHECK(house.ask(kAuditor, "GET", route + "?entries=0").status == 200);
  CHECK(house.ask_unsigned("GET", route + "?entries=0").status == 401);
  CHECK(house.ask(kLee, "GET", route + "?entries=9999").status == 404);
  for (const char* query : {"", "?entries=", "?entries=a", "?entries=1,", "?entries=-1",
                            "?entries=99999999999999999999", "?entries=1&from=2"}) {
    CAPTURE(query);
    CHECK(house.ask(kLee, "GET", route + query).status == 400);
  }
  std::string many = "0";
  for (int i = 0; i < 256; ++i) many += ",0";
  CHECK(house.ask(kLee, "GET", route + "?entries=" + many).status == 400);
}

TEST_CASE("that a message expired is signed by the relay, and shown to its sender") {
  House house;
  const wire::Submission sent = house.message(1, {kKim, kOlivia});
  house.submit(kLee, sent);
  house.stop();
  house.clock.advance(2 * kDay);
  house.start();
  house.checkpoint();  // asked behind the sweep
  const auto list = house.evidence(kLee, sent.id, kLee);
  REQUIRE(list.items.size() == 2);
  const wire::EvidenceItem& item = list.items[1];
  const note::Note signed_note = note::parse(item.statement).value();
  CHECK(note::signed_by(signed_note, house.log()));
  const receipt::Receipt said = receipt::parse(signed_note.text).value();
  CHECK(said.state == receipt::State::kExpired);
  CHECK(said.message == sent.id);
  CHECK(said.from == kLee);
  CHECK(said.message_sha256 == sent.message_sha256);
  CHECK(said.by == house.log().name());
  const audit::Event event = audit::parse_leaf(item.leaf).value();
  CHECK(event.event == "message.expire");
  CHECK(event.details.at("statement") == hash_of(item.statement));
  CHECK(event.objects == std::vector<std::string>{kKim, kOlivia});
  const HttpAnswer answer = house.ask(kLee, "GET", "/v1/receipts?after=0&limit=10");
  REQUIRE(answer.status == 200);
  CHECK(wire::parse_evidence_list(answer.body).value().items.size() == 1);
}

TEST_CASE("a message that everybody took in time does not expire") {
  House house;
  const wire::Submission sent = house.message(1);
  house.submit(kLee, sent);
  REQUIRE(house
              .ask(kKim, "POST", "/v1/inbox/acknowledge",
                   wire::to_cbor(wire::ReceiptBatch{
                       {house.receipt(sent, kLee, kKim, receipt::State::kDelivered)}}))
              .status == 200);
  house.stop();
  house.clock.advance(2 * kDay);
  house.start();
  CHECK(house.evidence(kLee, sent.id, kLee).items.size() == 2);
  CHECK(house.events("message.expire").empty());
}
