#include "age/x25519.hpp"

#include <doctest/doctest.h>

#include "support/fakes.hpp"

using namespace sealpost;
using age::X25519Identity;
using age::X25519Recipient;

namespace {

// The pair that c2sp.org/age prints: the identity is 32 bytes of 0x42.
constexpr std::string_view kIdentity =
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
constexpr std::string_view kRecipient =
    "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

std::optional<age::FileKey> unwrap(const X25519Identity& identity, const age::Stanza& stanza) {
  auto result = identity.unwrap(std::span(&stanza, 1));
  REQUIRE(result);
  return *std::move(result);
}

}  // namespace

TEST_CASE("the identity of the specification has the recipient of the specification") {
  const auto identity = X25519Identity::parse(kIdentity);
  REQUIRE(identity);
  CHECK(identity->recipient().str() == kRecipient);
  CHECK(identity->to_text().expose_text() == kIdentity);
  CHECK(X25519Recipient::parse(kRecipient)->str() == kRecipient);
}

TEST_CASE("a new identity survives being written and read") {
  testing::FakeRandom random;
  const auto identity = X25519Identity::generate(random);
  const auto again = X25519Identity::parse(identity.to_text().expose_text());
  REQUIRE(again);
  CHECK(again->recipient() == identity.recipient());
  CHECK_FALSE(X25519Identity::generate(random).recipient() == identity.recipient());
}

TEST_CASE("every changed character of an identity or a recipient is refused") {
  for (std::size_t i = 0; i < kIdentity.size(); ++i) {
    std::string text(kIdentity);
    text[i] = text[i] == 'Q' ? 'P' : 'Q';
    CHECK_FALSE(X25519Identity::parse(text));
  }
  for (std::size_t i = 0; i < kRecipient.size(); ++i) {
    std::string text(kRecipient);
    text[i] = text[i] == 'q' ? 'p' : 'q';
    CHECK_FALSE(X25519Recipient::parse(text));
  }
}

TEST_CASE("keys in the wrong case, of the wrong kind or of the wrong length are refused") {
  std::string lower(kIdentity);
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  std::string upper(kRecipient);
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  CHECK_FALSE(X25519Identity::parse(lower));
  CHECK_FALSE(X25519Recipient::parse(upper));
  CHECK_FALSE(X25519Identity::parse(kRecipient));
  CHECK_FALSE(X25519Recipient::parse(kIdentity));
  CHECK_FALSE(X25519Identity::parse(""));
  CHECK_FALSE(X25519Identity::parse("AGE-SECRET-KEY-1"));
  CHECK_FALSE(X25519Recipient::parse("age1"));
  const auto error = X25519Identity::parse(lower).error();
  CHECK(error.code == base::Code::kMalformed);
  CHECK(error.text.find(lower) == std::string::npos);
}

TEST_CASE("a wrapped file key opens for its recipient and for nobody else") {
  testing::FakeRandom random;
  const auto alice = X25519Identity::generate(random);
  const auto bob = X25519Identity::generate(random);
  const auto file_key = age::FileKey::random(random);
  const auto stanza = alice.recipient().wrap(file_key, random);
  REQUIRE(stanza);
  const auto opened = unwrap(alice, *stanza);
  REQUIRE(opened);
  CHECK(crypto::equal(opened->expose(), file_key.expose()));
  CHECK_FALSE(unwrap(bob, *stanza));
  CHECK(alice.recipient().wrap(file_key, random)->arguments != stanza->arguments);
}

TEST_CASE("a stanza of another type is skipped, a deformed one of this type is an error") {
  testing::FakeRandom random;
  const auto alice = X25519Identity::generate(random);
  const auto good = *alice.recipient().wrap(age::FileKey::random(random), random);
  age::Stanza other = good;
  other.type = "x25519";
  CHECK_FALSE(unwrap(alice, other));
  age::Stanza longer = good;
  longer.body.push_back(0);
  CHECK(alice.unwrap(std::span(&longer, 1)).error().code == base::Code::kMalformed);
  age::Stanza extra = good;
  extra.arguments.emplace_back("more");
  CHECK(alice.unwrap(std::span(&extra, 1)).error().code == base::Code::kMalformed);
}

TEST_CASE("nobody can encrypt to a point of small order") {
  testing::FakeRandom random;
  const X25519Recipient zero(crypto::X25519Public{});
  CHECK_FALSE(zero.wrap(age::FileKey::random(random), random));
}
