// What an attacker with write access to the file can do: make it fail, not make it lie.
#include <sqlite3.h>

#include <fstream>

#include "base/file.hpp"
#include "scratch.hpp"

namespace sealpost::testing {
namespace {

using base::Code;
using vault::Kind;
using vault::Vault;

// Runs SQL on the file behind the vault's back.
void meddle(const Scratch& scratch, const char* sql) {
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open(scratch.path().c_str(), &raw) == SQLITE_OK);
  CHECK(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(raw);
}

// A closed vault with two named rows of one kind and one of another.
void fill(Scratch& scratch) {
  Vault vault = scratch.create();
  REQUIRE(vault.insert(Kind::kMessage, "a", base::as_bytes("first")));
  REQUIRE(vault.insert(Kind::kMessage, "b", base::as_bytes("other")));
  REQUIRE(vault.insert(Kind::kReceipt, "c", base::as_bytes("third")));
}

Code code_of_reading(Scratch& scratch, Kind kind, std::string_view name) {
  auto vault = scratch.open();
  REQUIRE(vault);
  const auto row = vault->get(kind, name);
  REQUIRE_FALSE(row);
  return row.error().code;
}

TEST_CASE("values that changed places are noticed") {
  Scratch scratch;
  fill(scratch);
  meddle(scratch,
         "CREATE TEMP TABLE t AS SELECT id, value FROM rows;"
         "UPDATE rows SET value = (SELECT value FROM t WHERE t.id = 3 - rows.id) WHERE id < 3;");
  CHECK(code_of_reading(scratch, Kind::kMessage, "a") == Code::kVerificationFailed);
  CHECK(code_of_reading(scratch, Kind::kMessage, "b") == Code::kVerificationFailed);
}

TEST_CASE("names that changed places are noticed") {
  Scratch scratch;
  fill(scratch);
  meddle(scratch,
         "CREATE TEMP TABLE t AS SELECT id, name FROM rows;"
         "UPDATE rows SET name = NULL WHERE id < 3;"
         "UPDATE rows SET name = (SELECT name FROM t WHERE t.id = 3 - rows.id) WHERE id < 3;");
  CHECK(code_of_reading(scratch, Kind::kMessage, "a") == Code::kVerificationFailed);
}

TEST_CASE("a row that changed its kind is noticed") {
  Scratch scratch;
  fill(scratch);
  meddle(scratch, "UPDATE rows SET kind = 9 WHERE id = 1");
  auto vault = scratch.open();
  REQUIRE(vault);
  CHECK(vault->get(Kind::kReceipt, 1).error().code == Code::kVerificationFailed);
}

TEST_CASE("a row that got another id is noticed") {
  Scratch scratch;
  fill(scratch);
  meddle(scratch, "UPDATE rows SET id = 99 WHERE id = 1");
  CHECK(code_of_reading(scratch, Kind::kMessage, "a") == Code::kVerificationFailed);
}

TEST_CASE("every flipped or missing byte of a value is noticed") {
  Scratch scratch;
  fill(scratch);
  for (const char* sql : {
           "UPDATE rows SET value = CAST(x'00' || substr(value, 2) AS BLOB) WHERE id = 1",
           "UPDATE rows SET value = CAST(substr(value, 1, length(value) - 1) || x'00' AS BLOB) "
           "WHERE id = 1",
           "UPDATE rows SET value = substr(value, 1, length(value) - 1) WHERE id = 1",
           "UPDATE rows SET value = x'' WHERE id = 1",
       }) {
    meddle(scratch, sql);
    CHECK(code_of_reading(scratch, Kind::kMessage, "a") == Code::kVerificationFailed);
  }
}

TEST_CASE("changed parameters do not open the vault") {
  for (const char* sql : {"UPDATE vault SET passes = 2", "UPDATE vault SET memory = memory * 2",
                          "UPDATE vault SET salt = x'000102030405060708090a0b0c0d0e0f'",
                          "UPDATE vault SET wrapped = substr(wrapped, 2)"}) {
    Scratch scratch;
    fill(scratch);
    meddle(scratch, sql);
    CHECK(scratch.open().error().code == Code::kWrongPassphrase);
  }
}

TEST_CASE("parameters that would take all memory or time are refused before any work") {
  for (const char* sql : {"UPDATE vault SET passes = 1000000", "UPDATE vault SET memory = 1 << 50",
                          "UPDATE vault SET passes = 0", "UPDATE vault SET memory = -1",
                          "UPDATE vault SET salt = x''", "DELETE FROM vault", "DROP TABLE vault",
                          "PRAGMA user_version = 2", "PRAGMA application_id = 0"}) {
    Scratch scratch;
    fill(scratch);
    meddle(scratch, sql);
    CHECK(scratch.open().error().code == Code::kMalformed);
  }
}

TEST_CASE("a truncated file, another file and an empty file are no vaults") {
  Scratch scratch;
  fill(scratch);
  const base::Bytes whole = *base::read_file(scratch.path(), 1 << 20);
  const base::ByteView view(whole);
  for (const base::ByteView content :
       {view.first(whole.size() / 3), view.first(100), view.first(0),
        base::as_bytes("This is a text file, long enough to be looked at as a database. "
                       "It is not one, and says so in more than one hundred bytes.")}) {
    REQUIRE(base::replace_file(scratch.path(), content, 0600));
    const auto opened = scratch.open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Code::kMalformed);
  }
}

TEST_CASE("the file says nothing about names and values") {
  Scratch scratch;
  {
    Vault vault = scratch.create();
    REQUIRE(vault.insert(Kind::kMessage, "a-name-to-look-for", base::as_bytes("a-value-too")));
    REQUIRE(vault.purge());
  }
  const base::Bytes whole = *base::read_file(scratch.path(), 1 << 20);
  CHECK(base::as_text(whole).find("name-to-look-for") == std::string_view::npos);
  CHECK(base::as_text(whole).find("value-too") == std::string_view::npos);
}

TEST_CASE("a missing vault is not found") {
  Scratch scratch;
  CHECK(scratch.open().error().code == Code::kNotFound);
}

}  // namespace
}  // namespace sealpost::testing
