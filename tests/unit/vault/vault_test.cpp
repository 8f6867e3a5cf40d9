#include <sys/stat.h>

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

}  // namespace
}  // namespace sealpost::testing
