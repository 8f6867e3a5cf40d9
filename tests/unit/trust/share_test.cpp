#include "trust/share.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sealpost;
using base::Code;

namespace {

// Checked with sha256sum from sealpost-share(5) alone.
constexpr std::string_view kGolden =
    "sealpost-share/1\n"
    "organisation: mercy.example\n"
    "root: 5b0ef7a1\n"
    "set: 9f86d081884c7d65\n"
    "threshold: 3\n"
    "shares: 5\n"
    "index: 2\n"
    "share: 0001 0203 0405 0607 0809 0a0b 0c0d 0e0f\n"
    "share: f0f1 f2f3 f4f5 f6f7 f8f9 fafb fcfd feff\n"
    "checksum: 1af0 616f 344a bd12\n"
    "# Keep this secret. Any 3 of the 5 shares of this set give the root key.\n";

trust::RootShare golden(unsigned index = 2) {
  trust::RootShare share;
  share.organisation = "mercy.example";
  share.root = 0x5b0ef7a1;
  share.set = "9f86d081884c7d65";
  share.threshold = 3;
  share.shares = 5;
  share.index = index;
  share.value = crypto::SecretBytes(32);
  for (std::size_t at = 0; at < 32; ++at) {
    share.value.expose_mutable()[at] = static_cast<std::uint8_t>(at < 16 ? at : 0xe0 + at);
  }
  return share;
}

std::string text(const trust::RootShare& share) {
  const auto written = trust::format_share(share);
  REQUIRE(written);
  return std::string(written->expose_text());
}

std::string replaced(std::string where, std::string_view what, std::string_view with) {
  const auto at = where.find(what);
  REQUIRE(at != std::string::npos);
  return where.replace(at, what.size(), with);
}

std::vector<trust::RootShare> set_of(std::initializer_list<unsigned> indices) {
  std::vector<trust::RootShare> shares;
  for (const unsigned index : indices) shares.push_back(golden(index));
  return shares;
}

}  // namespace

TEST_CASE("a share is written as the manual has it, and read back") {
  CHECK(text(golden()) == kGolden);
  const auto read = trust::parse_shares(kGolden);
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  CHECK(text(read->front()) == kGolden);
}

TEST_CASE("what hands do to a share when they type it does no harm") {
  std::string typed(kGolden);
  typed = replaced(typed, "0a0b 0c0d", "0A0B0C 0D");
  typed = replaced(typed, "root: 5b0ef7a1", "  root:   5B0EF7A1  ");
  typed = replaced(typed, "index: 2\n", "index: 2\r\n\n# typed on a Monday\n");
  typed.resize(typed.find("# Keep"));
  const auto read = trust::parse_shares(typed);
  REQUIRE(read);
  CHECK(text(read->front()) == kGolden);
}

TEST_CASE("several shares may stand in one file") {
  const auto read = trust::parse_shares(text(golden(1)) + text(golden(2)) + text(golden(5)));
  REQUIRE(read);
  REQUIRE(read->size() == 3);
  CHECK(read->back().index == 5);
}

TEST_CASE("every changed digit and every missing line is noticed") {
  const std::string whole = text(golden());
  const std::size_t end = whole.find("\n# Keep");
  for (std::size_t at = 0; at < end; ++at) {
    if (std::string_view("0123456789abcdef").find(whole[at]) == std::string_view::npos) continue;
    std::string changed = whole;
    changed[at] = changed[at] == '1' ? '2' : '1';
    if (changed == whole) continue;
    INFO(changed);
    CHECK(trust::parse_shares(changed).error().code == Code::kMalformed);
  }
  for (std::size_t begin = 0; begin < end; begin = whole.find('\n', begin) + 1) {
    std::string without = whole;
    without.erase(begin, without.find('\n', begin) - begin + 1);
    INFO(without);
    CHECK_FALSE(trust::parse_shares(without));
  }
}

TEST_CASE("what is no share is malformed") {
  for (const char* other : {"", "\n\n", "# nothing\n", "sealpost-share/2\n", "hello\n"}) {
    CHECK(trust::parse_shares(other).error().code == Code::kMalformed);
  }
  CHECK(trust::parse_shares(std::string(kGolden) + "and more\n").error().code == Code::kMalformed);
  CHECK(trust::parse_shares(std::string(1 << 20, '\n')).error().code == Code::kMalformed);
}

TEST_CASE("values that no share has are not written") {
  const auto refused = [](auto change) {
    trust::RootShare share = golden();
    change(share);
    return !trust::format_share(share);
  };
  CHECK(refused([](auto& share) { share.organisation = "mercy"; }));
  CHECK(refused([](auto& share) { share.set = "9F86d081884c7d65"; }));
  CHECK(refused([](auto& share) { share.threshold = 1; }));
  CHECK(refused([](auto& share) { share.threshold = 6; }));
  CHECK(refused([](auto& share) { share.index = 6; }));
  CHECK(refused([](auto& share) { share.index = 0; }));
  CHECK(refused([](auto& share) { share.value.truncate(31); }));
}

TEST_CASE("mixed, repeated and too few shares are told apart") {
  CHECK(trust::check_set(set_of({1, 2, 3})));
  CHECK(trust::check_set(set_of({5, 4, 3, 2, 1})));
  CHECK(trust::check_set({}).error().code == Code::kNotFound);
  const auto few = trust::check_set(set_of({1, 4}));
  CHECK(few.error().code == Code::kNotFound);
  CHECK(few.error().text == "2 of 3 needed shares are here");
  const auto twice = trust::check_set(set_of({1, 4, 1}));
  CHECK(twice.error().code == Code::kUsage);
  CHECK(twice.error().text == "share 1 is there twice");
  for (auto change : {+[](trust::RootShare& share) { share.set = "0000000000000000"; },
                      +[](trust::RootShare& share) { share.organisation = "other.example"; },
                      +[](trust::RootShare& share) { share.root = 7; },
                      +[](trust::RootShare& share) { share.threshold = 2; }}) {
    auto mixed = set_of({1, 2, 3});
    change(mixed[2]);
    CHECK(trust::check_set(mixed).error().code == Code::kConflict);
  }
}
