#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <map>
#include <stdexcept>

#include "scratch.hpp"

namespace sealpost::testing {
namespace {

using base::Code;
using vault::Kind;
using vault::Vault;

TEST_CASE("what was stored is there after the vault was closed and opened again") {
  Scratch scratch;
  {
    Vault vault = scratch.create();
    REQUIRE(vault.insert(Kind::kMessage, "a", base::as_bytes("hello")));
    REQUIRE(vault.insert(Kind::kMessage, "empty", {}));
  }
  auto vault = scratch.open();
  REQUIRE(vault);
  CHECK(text_of(*vault->get(Kind::kMessage, "a")) == "hello");
  CHECK(text_of(*vault->get(Kind::kMessage, "empty")).empty());
}

TEST_CASE("a wrong passphrase and the key of another vault are wrong-passphrase") {
  Scratch scratch;
  Scratch other;
  scratch.create();
  const Vault stranger = [&] {
    other.random = FakeRandom(7);
    return other.create();
  }();
  CHECK(scratch.open("correct hors").error().code == Code::kWrongPassphrase);
  CHECK(Vault::open_with_key(scratch.path(), stranger.key(), scratch.random).error().code ==
        Code::kWrongPassphrase);
}

TEST_CASE("the vault key opens the vault without the passphrase") {
  Scratch scratch;
  Vault vault = scratch.create();
  REQUIRE(vault.put(Kind::kState, "cursor", base::as_bytes("7")));
  auto again = Vault::open_with_key(scratch.path(), vault.key(), scratch.random);
  REQUIRE(again);
  CHECK(text_of(*again->get(Kind::kState, "cursor")) == "7");
  CHECK(again->derive("tag") == vault.derive("tag"));
  CHECK(vault.derive("tag") != vault.derive("gat"));
}

TEST_CASE("a vault is never created over anything, not even a dangling link") {
  Scratch scratch;
  scratch.create();
  const auto again =
      Vault::create(scratch.path(), base::as_bytes(kPassphrase), kCheap, scratch.random);
  CHECK(again.error().code == Code::kConflict);
  Scratch linked;
  std::filesystem::create_symlink("nowhere", linked.path());
  const auto through =
      Vault::create(linked.path(), base::as_bytes(kPassphrase), kCheap, linked.random);
  CHECK(through.error().code == Code::kConflict);
}

TEST_CASE("only its owner can read the file, and nothing else is left beside it") {
  Scratch scratch;
  scratch.create();
  struct stat status {};
  REQUIRE(::stat(scratch.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const std::filesystem::directory_iterator files(scratch.path().parent_path());
  CHECK(std::distance(begin(files), end(files)) == 1);
}

TEST_CASE("a name exists once within its kind") {
  Scratch scratch;
  Vault vault = scratch.create();
  REQUIRE(vault.insert(Kind::kSeen, "x", base::as_bytes("1")));
  CHECK(vault.insert(Kind::kSeen, "x", base::as_bytes("2")).error().code == Code::kConflict);
  CHECK(text_of(*vault.get(Kind::kSeen, "x")) == "1");
  CHECK(vault.insert(Kind::kReceipt, "x", base::as_bytes("3")));
  CHECK(*vault.count(Kind::kSeen) == 1);
}

TEST_CASE("put replaces in place, replace needs the row, erase does not") {
  Scratch scratch;
  Vault vault = scratch.create();
  REQUIRE(vault.put(Kind::kState, "n", base::as_bytes("1")));
  const std::int64_t id = vault.get(Kind::kState, "n")->id;
  REQUIRE(vault.put(Kind::kState, "n", base::as_bytes("2")));
  CHECK(vault.get(Kind::kState, "n")->id == id);
  REQUIRE(vault.replace(Kind::kState, id, base::as_bytes("3")));
  CHECK(text_of(*vault.get(Kind::kState, "n")) == "3");
  CHECK(vault.replace(Kind::kState, id + 1, {}).error().code == Code::kNotFound);
  CHECK(vault.replace(Kind::kSeen, id, {}).error().code == Code::kNotFound);
  CHECK(vault.erase(Kind::kState, id));
  CHECK(vault.erase(Kind::kState, id));
  CHECK(vault.get(Kind::kState, "n").error().code == Code::kNotFound);
  CHECK_FALSE(vault.find(Kind::kState, "n")->has_value());
}

TEST_CASE("ids rise and are not used again after the newest row is gone") {
  Scratch scratch;
  Vault vault = scratch.create();
  const std::int64_t first = *vault.insert(Kind::kMessage, "", base::as_bytes("a"));
  const std::int64_t second = *vault.insert(Kind::kMessage, "", base::as_bytes("b"));
  REQUIRE(vault.erase(Kind::kMessage, second));
  const std::int64_t third = *vault.insert(Kind::kMessage, "", base::as_bytes("c"));
  CHECK(first < second);
  CHECK(second < third);
}

TEST_CASE("each visits one kind in order, from a point, until told to stop, and may write") {
  Scratch scratch;
  Vault vault = scratch.create();
  for (const char* text : {"a", "b", "c", "d"}) {
    REQUIRE(vault.insert(Kind::kMessage, "", base::as_bytes(text)));
    REQUIRE(vault.insert(Kind::kReceipt, "", base::as_bytes("other")));
  }
  std::string seen;
  REQUIRE(vault.each(Kind::kMessage, 1, [&](const vault::Row& row) -> base::Result<bool> {
    seen += text_of(row);
    TRY(vault.erase(Kind::kMessage, row.id));
    return seen.size() < 2;
  }));
  CHECK(seen == "bc");
  CHECK(*vault.count(Kind::kMessage) == 2);
}

TEST_CASE("a transaction that fails or throws leaves nothing, one that succeeds leaves all") {
  Scratch scratch;
  Vault vault = scratch.create();
  const auto failed = vault.transaction([&]() -> base::Result<void> {
    TRY(vault.insert(Kind::kSeen, "x", {}));
    return base::Error{Code::kDenied, "no", ""};
  });
  CHECK(failed.error().code == Code::kDenied);
  CHECK_THROWS(static_cast<void>(vault.transaction([&]() -> base::Result<void> {
    TRY(vault.insert(Kind::kSeen, "x", {}));
    throw std::runtime_error("no");
  })));
  CHECK(*vault.count(Kind::kSeen) == 0);
  REQUIRE(vault.transaction([&]() -> base::Result<void> {
    TRY(vault.insert(Kind::kSeen, "x", {}));
    TRY(vault.insert(Kind::kSeen, "y", {}));
    return {};
  }));
  CHECK(*vault.count(Kind::kSeen) == 2);
}

TEST_CASE("a transaction inside a transaction is refused and spoils nothing") {
  Scratch scratch;
  Vault vault = scratch.create();
  const auto outer = vault.transaction(
      [&] { return vault.transaction([]() -> base::Result<void> { return {}; }); });
  CHECK(outer.error().code == Code::kInternal);
  CHECK(vault.insert(Kind::kSeen, "x", {}));
}

TEST_CASE("purge leaves no write-ahead log behind") {
  Scratch scratch;
  Vault vault = scratch.create();
  REQUIRE(vault.insert(Kind::kPrekeySecret, "p", base::as_bytes("secret")));
  std::filesystem::path log = scratch.path();
  log += "-wal";
  CHECK(std::filesystem::file_size(log) > 0);
  REQUIRE(vault.purge());
  CHECK(std::filesystem::file_size(log) == 0);
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// As they lie in the file, sealed, by row.
std::map<std::int64_t, std::string> sealed_rows(const std::filesystem::path& path, Kind kind) {
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &raw) == SQLITE_OK);
  sqlite3_stmt* read = nullptr;
  const std::string sql =
      "SELECT id, value FROM rows WHERE kind = " + std::to_string(static_cast<int>(kind));
  REQUIRE(sqlite3_prepare_v2(raw, sql.c_str(), -1, &read, nullptr) == SQLITE_OK);
  std::map<std::int64_t, std::string> rows;
  while (sqlite3_step(read) == SQLITE_ROW) {
    rows[sqlite3_column_int64(read, 0)] =
        std::string(static_cast<const char*>(sqlite3_column_blob(read, 1)),
                    static_cast<std::size_t>(sqlite3_column_bytes(read, 1)));
  }
  sqlite3_finalize(read);
  sqlite3_close(raw);
  return rows;
}

TEST_CASE("of what was erased no byte is left in the files after purge") {
  Scratch scratch;
  Vault vault = scratch.create();
  const std::string secret(230, 's');
  // As in life: prekeys in batches, messages of all sizes between them, erased out of order.
  std::vector<std::int64_t> prekeys;
  for (int i = 0; i < 600; ++i) {
    prekeys.push_back(
        *vault.insert(Kind::kPrekeySecret, "p" + std::to_string(i), base::as_bytes(secret)));
    if (i % 3 != 0) continue;
    const std::string body(static_cast<std::size_t>(i) * 37 % 9000, 'm');
    REQUIRE(vault.insert(Kind::kMessage, "m" + std::to_string(i), base::as_bytes(body)));
  }
  const auto before = sealed_rows(scratch.path(), Kind::kPrekeySecret);
  REQUIRE(before.size() == 600);
  std::vector<std::int64_t> erased;
  for (std::size_t i = 0; i < prekeys.size(); ++i) {
    if (i * 7 % 10 < 4) continue;
    erased.push_back(prekeys[i]);
    REQUIRE(vault.erase(Kind::kPrekeySecret, prekeys[i]));
    const std::string body(i * 53 % 6000, 'n');
    REQUIRE(vault.insert(Kind::kMessage, "n" + std::to_string(i), base::as_bytes(body)));
  }
  REQUIRE(vault.purge());
  std::filesystem::path log = scratch.path();
  log += "-wal";
  const std::string files = bytes_of(scratch.path()) + bytes_of(log);
  std::size_t found = 0;
  for (const std::int64_t row : erased) {
    // A piece behind the nonce, so that remnants that are cut off count too.
    found += files.find(before.at(row).substr(40, 32)) != std::string::npos ? 1 : 0;
  }
  CHECK(found == 0);
  CHECK(files.find(before.at(prekeys[1]).substr(40, 32)) == std::string::npos);
  CHECK(files.find(before.at(prekeys[0]).substr(40, 32)) != std::string::npos);
}

}  // namespace
}  // namespace sealpost::testing
