// One vault key under one passphrase after another.
#include <sqlite3.h>

#include <fstream>
#include <iterator>

#include "scratch.hpp"
#include "vault/sealing.hpp"

namespace sealpost::testing {
namespace {

using base::Code;
using vault::Kind;
using vault::Vault;

constexpr std::string_view kOther = "quite another one";

std::string file_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The bytes with which the vault key is wrapped now, as they lie in the file.
std::string wrapping_of(const std::filesystem::path& path) {
  sqlite3* raw = nullptr;
  sqlite3_stmt* select = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &raw) == SQLITE_OK);
  REQUIRE(sqlite3_prepare_v2(raw, "SELECT wrapped FROM vault", -1, &select, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(select) == SQLITE_ROW);
  std::string wrapped(static_cast<const char*>(sqlite3_column_blob(select, 0)),
                      static_cast<std::size_t>(sqlite3_column_bytes(select, 0)));
  sqlite3_finalize(select);
  sqlite3_close(raw);
  return wrapped;
}

bool holds(const std::filesystem::path& path, const std::string& bytes) {
  return file_of(path).find(bytes) != std::string::npos ||
         file_of(path.string() + "-wal").find(bytes) != std::string::npos;
}

base::Result<void> change(Vault& vault, std::string_view passphrase,
                          const std::function<base::Result<void>()>& also) {
  return vault.rewrap(base::as_bytes(passphrase), {2, 16 << 10}, also);
}

base::Result<void> nothing() { return {}; }

TEST_CASE("after a change the new passphrase opens the vault, and the old one does not") {
  Scratch scratch;
  Vault vault = scratch.create();
  REQUIRE(vault.put(Kind::kState, "a", base::as_bytes("kept")));
  const vault::VaultKey before = vault.key();
  REQUIRE(change(vault, kOther, nothing));
  CHECK(scratch.open().error().code == Code::kWrongPassphrase);
  const auto again = scratch.open(kOther);
  REQUIRE(again);
  CHECK(text_of(*again->get(Kind::kState, "a")) == "kept");
  CHECK(crypto::equal(again->key().expose(), before.expose()));  // so that an agent goes on
  CHECK(Vault::open_with_key(scratch.path(), before.clone(), scratch.random));
}

TEST_CASE("a change leaves nothing of the old wrapping in the file or its log") {
  Scratch scratch;
  Vault vault = scratch.create();
  const std::string before = wrapping_of(scratch.path());
  CHECK(holds(scratch.path(), before));
  REQUIRE(change(vault, kOther, nothing));
  REQUIRE(vault.purge());
  CHECK_FALSE(holds(scratch.path(), before));
  CHECK(holds(scratch.path(), wrapping_of(scratch.path())));
}

TEST_CASE("a change that fails on the way changes nothing") {
  Scratch scratch;
  Vault vault = scratch.create();
  const auto failed = change(vault, kOther, [&]() -> base::Result<void> {
    TRY(vault.put(Kind::kState, "a", base::as_bytes("half")));
    return base::Error{Code::kNoSpace, "no", ""};
  });
  CHECK(failed.error().code == Code::kNoSpace);
  CHECK(scratch.open(kOther).error().code == Code::kWrongPassphrase);
  const auto again = scratch.open();
  REQUIRE(again);
  CHECK_FALSE(again->find(Kind::kState, "a")->has_value());
}

namespace {

// What one derivation took.
struct Work {
  std::uint64_t passes = 0;
  std::size_t memory = 0;
  base::Bytes salt;
  bool operator==(const Work& other) const {
    return passes == other.passes && memory == other.memory && salt == other.salt;
  }
};

}  // namespace

TEST_CASE("a wrong passphrase costs exactly the work that a right one does") {
  FakeRandom random;
  const vault::VaultKey key = vault::VaultKey::random(random);
  const auto wrapped = vault::wrap(key, base::as_bytes(kPassphrase), {1, 8 << 10}, random);
  REQUIRE(wrapped);
  std::vector<Work> done;
  const vault::Derive counting = [&](base::ByteView passphrase, base::ByteView salt,
                                     std::uint64_t passes, std::size_t memory, std::size_t size) {
    done.push_back({passes, memory, base::to_bytes(salt)});
    return crypto::argon2id(passphrase, salt, passes, memory, size);
  };
  CHECK(vault::unwrap(*wrapped, base::as_bytes(kPassphrase), counting));
  for (const std::string& wrong :
       {std::string(), std::string("c"), std::string("correct hors"), std::string(4096, 'x')}) {
    CHECK(vault::unwrap(*wrapped, base::as_bytes(wrong), counting).error().code ==
          Code::kWrongPassphrase);
  }
  REQUIRE(done.size() == 5);  // one derivation each, never a short cut
  for (const Work& work : done) CHECK(work == done.front());
}

}  // namespace
}  // namespace sealpost::testing
