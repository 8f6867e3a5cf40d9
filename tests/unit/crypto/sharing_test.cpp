// Shamir's scheme as the library does it, and an answer computed by other means.
#include "crypto/sharing.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace sealpost::crypto {
namespace {

using base::Code;

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

std::vector<Share> pick(const std::vector<Share>& all, std::initializer_list<std::size_t> which) {
  std::vector<Share> some;
  for (const std::size_t at : which) some.push_back({all[at].index, all[at].value.clone()});
  return some;
}

std::string combined(const std::vector<Share>& shares) {
  const auto secret = combine_secret(shares);
  REQUIRE(secret);
  return std::string(secret->expose_text());
}

// GF(256) with the polynomial 0x11d, slowly and from the definition.
unsigned times(unsigned a, unsigned b) {
  unsigned product = 0;
  for (; b != 0; b >>= 1U) {
    if ((b & 1U) != 0) product ^= a;
    a <<= 1U;
    if ((a & 0x100U) != 0) a ^= 0x11dU;
  }
  return product;
}

unsigned inverse(unsigned a) {
  for (unsigned b = 1; b < 256; ++b) {
    if (times(a, b) == 1) return b;
  }
  return 0;
}

// Lagrange at zero for one byte, from sealpost-share(5) alone.
unsigned at_zero(const std::vector<Share>& shares, std::size_t byte) {
  unsigned sum = 0;
  for (const Share& share : shares) {
    unsigned factor = share.value.expose()[byte];
    for (const Share& other : shares) {
      if (other.index == share.index) continue;
      factor = times(factor, times(other.index, inverse(other.index ^ share.index)));
    }
    sum ^= factor;
  }
  return sum;
}

TEST_CASE("any threshold of the shares, and more, give the secret back") {
  const auto all = split_secret(base::as_bytes(kSecret), 5, 3);
  REQUIRE(all);
  REQUIRE(all->size() == 5);
  for (std::size_t a = 0; a < 5; ++a) {
    for (std::size_t b = a + 1; b < 5; ++b) {
      for (std::size_t c = b + 1; c < 5; ++c) CHECK(combined(pick(*all, {c, a, b})) == kSecret);
    }
  }
  CHECK(combined(pick(*all, {0, 1, 2, 3})) == kSecret);
  CHECK(combined(pick(*all, {0, 1, 2, 3, 4})) == kSecret);
}

TEST_CASE("fewer give something else") {
  const auto all = split_secret(base::as_bytes(kSecret), 5, 3);
  REQUIRE(all);
  CHECK(combined(pick(*all, {0, 1})) != kSecret);
  CHECK(combined(pick(*all, {4})) != kSecret);
}

TEST_CASE("shares are what the manual says, so that they can be combined without this program") {
  const auto all = split_secret(base::as_bytes(kSecret), 7, 4);
  REQUIRE(all);
  const auto some = pick(*all, {6, 2, 0, 5});
  for (std::size_t byte = 0; byte < kSecret.size(); ++byte) {
    CHECK(at_zero(some, byte) == static_cast<unsigned char>(kSecret[byte]));
  }
}

TEST_CASE("every splitting is another, and no share is the secret") {
  const auto one = split_secret(base::as_bytes(kSecret), 3, 2);
  const auto two = split_secret(base::as_bytes(kSecret), 3, 2);
  REQUIRE(one);
  REQUIRE(two);
  for (std::size_t at = 0; at < 3; ++at) {
    CHECK((*one)[at].index == at + 1);
    CHECK((*one)[at].value.expose_text() != kSecret);
    CHECK((*one)[at].value.expose_text() != (*two)[at].value.expose_text());
  }
}

TEST_CASE("what cannot be split or combined is refused") {
  CHECK(split_secret(base::as_bytes(kSecret), 5, 1).error().code == Code::kUsage);
  CHECK(split_secret(base::as_bytes(kSecret), 2, 3).error().code == Code::kUsage);
  CHECK(split_secret(base::as_bytes(kSecret), 256, 3).error().code == Code::kUsage);
  CHECK(split_secret({}, 5, 3).error().code == Code::kUsage);
  CHECK(split_secret(base::as_bytes(kSecret), 255, 255));
  const auto all = split_secret(base::as_bytes(kSecret), 3, 2);
  REQUIRE(all);
  CHECK(combine_secret({}).error().code == Code::kMalformed);
  CHECK(combine_secret(pick(*all, {1, 1})).error().code == Code::kMalformed);
  auto zero = pick(*all, {0, 1});
  zero[0].index = 0;
  CHECK(combine_secret(zero).error().code == Code::kMalformed);
  auto uneven = pick(*all, {0, 1});
  uneven[0].value.truncate(31);
  CHECK(combine_secret(uneven).error().code == Code::kMalformed);
}

}  // namespace
}  // namespace sealpost::crypto
