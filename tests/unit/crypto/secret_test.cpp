// Secrets: they move, do not copy, compare or print, and wipe themselves.
#include "crypto/secret.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <new>
#include <sstream>
#include <thread>
#include <type_traits>
#include <vector>

#include "crypto/random.hpp"
#include "support/fakes.hpp"

namespace sealpost::crypto {
namespace {

using Key = Secret<32, struct KeyTag>;
using OtherKey = Secret<32, struct OtherTag>;

template <typename T, typename = void>
struct Printable : std::false_type {};
template <typename T>
struct Printable<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<T>())>>
    : std::true_type {};

template <typename T, typename = void>
struct Comparable : std::false_type {};
template <typename T>
struct Comparable<T, std::void_t<decltype(std::declval<T>() == std::declval<T>())>>
    : std::true_type {};

static_assert(!std::is_copy_constructible_v<Key> && !std::is_copy_assignable_v<Key>);
static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(!Printable<Key>::value && !Printable<SecretBytes>::value);
static_assert(!Comparable<Key>::value && !Comparable<SecretBytes>::value);
static_assert(!std::is_convertible_v<Key, OtherKey> && !std::is_constructible_v<OtherKey, Key>);
static_assert(std::is_nothrow_move_constructible_v<Key>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);

bool all_zero(base::ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

TEST_CASE("a secret that was moved away is wiped") {
  testing::FakeRandom random;
  Key first = Key::random(random);
  const Key copy = first.clone();
  const Key second = std::move(first);
  CHECK(equal(second.expose(), copy.expose()));
  CHECK(all_zero(first.expose()));  // NOLINT(bugprone-use-after-move): that is the promise
}

TEST_CASE("a secret that ends its life is wiped") {
  testing::FakeRandom random;
  alignas(Key) std::array<std::uint8_t, sizeof(Key)> memory{};
  Key* const key = new (memory.data()) Key(Key::random(random));
  CHECK_FALSE(all_zero(memory));
  key->~Key();
  CHECK(all_zero(memory));
}

TEST_CASE("an assignment replaces the secret and wipes its source") {
  testing::FakeRandom random;
  Key first = Key::random(random);
  Key second = Key::random(random);
  const Key expected = second.clone();
  first = std::move(second);
  CHECK(equal(first.expose(), expected.expose()));
  CHECK(all_zero(second.expose()));  // NOLINT(bugprone-use-after-move): that is the promise
}

TEST_CASE("a secret is made of exactly its number of bytes") {
  CHECK(Key::from(base::Bytes(32, 1)));
  CHECK(Key::from(base::Bytes(31, 1)).error().code == base::Code::kMalformed);
  CHECK(Key::from(base::Bytes(33, 1)).error().code == base::Code::kMalformed);
  CHECK(Key::from({}).error().code == base::Code::kMalformed);
}

TEST_CASE("secret bytes keep their content through moves and clones") {
  SecretBytes first(base::as_bytes("passphrase"));
  const SecretBytes copy = first.clone();
  SecretBytes second(std::move(first));
  CHECK(second.expose_text() == "passphrase");
  CHECK(copy.expose_text() == "passphrase");
  CHECK(first.empty());  // NOLINT(bugprone-use-after-move): that is the promise
  SecretBytes third(5);
  CHECK(all_zero(third.expose()));
  third = std::move(second);
  CHECK(third.expose_text() == "passphrase");
}

TEST_CASE("secret bytes may be shortened, never lengthened") {
  SecretBytes secret(base::as_bytes("passphrase"));
  const std::uint8_t* const rest = secret.expose().data() + 4;
  secret.truncate(4);
  CHECK(secret.expose_text() == "pass");
  CHECK(*rest == 0);
  secret.truncate(9);
  CHECK(secret.size() == 4);
}

TEST_CASE("a page that a secret gives back keeps nothing of it") {
  const std::uint8_t* place = nullptr;
  {
    const SecretBytes secret(base::as_bytes("passphrase"));
    place = secret.expose().data();
  }
  const SecretBytes next(4000);
  REQUIRE(&next.expose().back() == place + 9);  // the same page, and as close to its guard
  CHECK(all_zero(next.expose()));
}

TEST_CASE("every size of secret begins as zeros and keeps what it is given") {
  for (const std::size_t size : {1U, 15U, 16U, 4079U, 4080U, 4081U, 4096U, 70000U}) {
    for (int round = 0; round < 3; ++round) {
      SecretBytes secret(size);
      CHECK(all_zero(secret.expose()));
      std::fill(secret.expose_mutable().begin(), secret.expose_mutable().end(), 0xa5);
      const SecretBytes copy = secret.clone();
      CHECK(equal(copy.expose(), secret.expose()));
    }
  }
}

TEST_CASE("more secrets at once than pages are kept for") {
  std::vector<SecretBytes> secrets;
  for (int i = 0; i < 300; ++i) {
    const auto byte = static_cast<std::uint8_t>(i);
    secrets.emplace_back(base::ByteView(&byte, 1));
  }
  std::thread([moved = std::move(secrets)]() mutable {  // given back by another thread
    for (int i = 0; i < 300; ++i) CHECK(moved[i].expose()[0] == static_cast<std::uint8_t>(i));
    moved.clear();
  })
      .join();
}

TEST_CASE("empty secret bytes hold nothing") {
  CHECK(SecretBytes().empty());
  CHECK(SecretBytes(0).empty());
  CHECK(SecretBytes(base::ByteView{}).expose().empty());
  CHECK(SecretBytes().clone().empty());
}

TEST_CASE("comparison looks at length and every byte") {
  CHECK(equal(base::as_bytes("same"), base::as_bytes("same")));
  CHECK_FALSE(equal(base::as_bytes("same"), base::as_bytes("sane")));
  CHECK_FALSE(equal(base::as_bytes("same"), base::as_bytes("same ")));
  CHECK(equal({}, {}));
}

TEST_CASE("wiping overwrites everything") {
  base::Bytes bytes(100, 7);
  wipe(bytes);
  CHECK(all_zero(bytes));
  wipe({});
}

TEST_CASE("the system's random bytes differ each time") {
  SystemRandom random;
  CHECK(random_bytes(random, 32) != random_bytes(random, 32));
  CHECK(random_bytes(random, 0).empty());
}

}  // namespace sealpost::crypto
