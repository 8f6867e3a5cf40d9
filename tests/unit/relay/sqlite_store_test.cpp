// SqliteStore: the promises of every store, and its own: versions, limits, files that are none.
#include <doctest/doctest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "relay/store/sqlite_store.hpp"
#include "store_conformance.hpp"

using namespace sealpost;
using namespace sealpost::testing;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "sealpost-store-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path file() const { return path_ / "relay.db"; }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("SQLite keeps the promises of a store") {
  const Folder folder;
  check_store([&]() -> OpenStore {
    return [&]() -> std::unique_ptr<relay::MetaStore> {
      auto store = relay::SqliteStore::open(folder.file(), 0);
      REQUIRE_MESSAGE(store.has_value(), (store ? "" : store.error().text));
      return *std::move(store);
    };
  });
}

TEST_CASE("a store that is full says so and goes on") {
  const Folder folder;
  const auto store = relay::SqliteStore::open(folder.file(), 400 << 10).value();
  relay::MetaWriter& writer = store->writer();
  REQUIRE(writer.begin().has_value());
  REQUIRE(writer.savepoint().has_value());
  const auto full = writer.add_leaf(0, base::Bytes(1 << 20, 1));
  REQUIRE_FALSE(full.has_value());
  CHECK(full.error().code == base::Code::kNoSpace);
  writer.rollback();
  REQUIRE(writer.begin().has_value());
  CHECK(writer.add_leaf(0, base::Bytes(10, 1)).has_value());
  CHECK(writer.commit().has_value());
}

TEST_CASE("a file that is no database, or of a newer version, is not opened") {
  const Folder folder;
  std::ofstream(folder.file()) << std::string(8192, 'x');
  CHECK(relay::SqliteStore::open(folder.file(), 0).error().code == base::Code::kVerificationFailed);
  std::filesystem::remove(folder.file());
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(folder.file().c_str(), &database) == SQLITE_OK);
  REQUIRE(sqlite3_exec(database, "PRAGMA user_version = 99", nullptr, nullptr, nullptr) ==
          SQLITE_OK);
  sqlite3_close(database);
  CHECK(relay::SqliteStore::open(folder.file(), 0).error().code == base::Code::kMalformed);
}

TEST_CASE("a store of an earlier version gets what came later, and keeps what it has") {
  const std::string since_7 = "DROP TABLE answers; ALTER TABLE envelopes DROP COLUMN handed; ";
  const std::string since_6 = since_7 + "DROP TABLE journals; ";
  const std::string since_5 =
      since_6 + "DROP TABLE recalls; DROP TABLE recall_devices; DROP INDEX blobs_of_message; ";
  const std::string since_4 =
      since_5 + "DROP TABLE links; DROP TABLE link_claims; DROP TABLE replies; DROP TABLE stops; ";
  const std::string since_3 =
      since_4 +
      "DROP TABLE register_entries; DROP TABLE register_files; DROP TABLE contact_keys; "
      "DROP TABLE register_grants; DROP TABLE entry_blobs; ";
  const std::string since_2 = since_3 +
                              "DROP TABLE mfa; DROP TABLE mfa_recovery; DROP TABLE mfa_proofs; "
                              "DROP TABLE once_prekeys; DROP TABLE orders; ";
  const std::string since_1 = since_2 +
                              "DROP TABLE renewals; DROP TABLE trust_leaves; "
                              "DROP INDEX evidence_once; CREATE UNIQUE INDEX evidence_once ON "
                              "evidence(message, state, signer); ";
  for (const std::string& sql :
       {since_7 + "PRAGMA user_version = 7", since_6 + "PRAGMA user_version = 6",
        since_5 + "PRAGMA user_version = 5", since_4 + "PRAGMA user_version = 4",
        since_3 + "PRAGMA user_version = 3", since_2 + "PRAGMA user_version = 2",
        since_1 + "PRAGMA user_version = 1"}) {
    CAPTURE(sql);
    const Folder folder;
    {
      const auto store = relay::SqliteStore::open(folder.file(), 0).value();
      REQUIRE(store->writer().begin().has_value());
      REQUIRE(store->writer().add_trust_entry(0, "entry").has_value());
      REQUIRE(store->writer().commit().has_value());
    }
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(folder.file().c_str(), &database) == SQLITE_OK);
    REQUIRE(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
    const auto store = relay::SqliteStore::open(folder.file(), 0);
    REQUIRE_MESSAGE(store.has_value(), (store ? "" : store.error().text));
    relay::MetaReader& reads = (*store)->writer().reads();
    CHECK(reads.trust_size().value() == 1);
    CHECK_FALSE(reads.mfa("dr.lee").value().has_value());
    CHECK(reads.register_head("people").value().size == 0);
    CHECK_FALSE(reads.recall_of(1).value().has_value());
    CHECK(reads.journal("device").value().number == 0);
    CHECK_FALSE((*store)->writer().answer("device", "id").value().has_value());
    CHECK(reads.not_handed_out("device", 0, INT64_MAX).value().empty());
  }
}
