#include <doctest/doctest.h>

#include "base/encoding.hpp"
#include "golden.hpp"
#include "trust/invitation_token.hpp"
#include "world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;

namespace {

note::View view(std::uint64_t size, std::string_view of) {
  return {size, crypto::sha256(base::as_bytes(of))};
}

trust::InvitationToken golden() {
  return {std::string(kGoldenInvitation),
          key(invitation_key(0xa1)).key().seed(),
          verifier(std::string(kOrganisation)),
          relay().url,
          relay().pin,
          view(4711, "log"),
          view(3, "trust")};
}

// A token with a right checksum around whatever it holds.
std::string crafted(const std::string& payload) {
  const auto digest = crypto::sha256(base::as_bytes(payload));
  base::Bytes all(digest.begin(), digest.begin() + 8);
  base::append(all, base::as_bytes(payload));
  return std::string(trust::kTokenPrefix) + base::to_base64url(all);
}

// What the golden token holds behind its checksum.
std::string golden_payload() {
  const auto bytes = base::parse_base64url(kGoldenToken.substr(trust::kTokenPrefix.size())).value();
  return std::string(base::as_text(bytes).substr(8));
}

std::string text_of(const trust::InvitationToken& token) {
  return std::string(trust::format_token(token).value().expose_text());
}

Code refusal(std::string_view text) {
  const auto result = trust::parse_token(text);
  REQUIRE_FALSE(result.has_value());
  CHECK_FALSE(result.error().hint.empty());
  return result.error().code;
}

}  // namespace

TEST_CASE("a token is what an independent program writes") {
  CHECK(text_of(golden()) == kGoldenToken);
}

TEST_CASE("a token gives back all that a newcomer must know") {
  const auto token = trust::parse_token(kGoldenToken).value();
  CHECK(token.invitation_note == kGoldenInvitation);
  CHECK(crypto::equal(token.seed.expose(), golden().seed.expose()));
  CHECK(token.root == verifier(std::string(kOrganisation)));
  CHECK(token.relay_url == "https://relay.mercy.example:8443");
  CHECK(token.relay_pin == relay().pin);
  CHECK(token.log == view(4711, "log"));
  CHECK(token.trust == view(3, "trust"));
}

TEST_CASE("a token of any length survives, and a relay without TLS has no pin") {
  trust::InvitationToken token = golden();
  token.relay_pin = "";
  for (const char* url : {"http://127.0.0.1:1", "http://127.0.0.1:12", "http://127.0.0.1:123"}) {
    token.relay_url = url;
    const auto parsed = trust::parse_token(text_of(token)).value();
    CHECK(parsed.relay_url == url);
    CHECK(parsed.relay_pin.empty());
  }
}

TEST_CASE("a token may be wrapped and indented, as mail does") {
  std::string wrapped = "\n  ";
  for (std::size_t i = 0; i < kGoldenToken.size(); i += 60) {
    wrapped += std::string(kGoldenToken.substr(i, 60)) + "\r\n\t";
  }
  CHECK(trust::parse_token(wrapped).value().invitation_note == kGoldenInvitation);
}

TEST_CASE("a token with any one character changed, missing or added is refused") {
  const std::string good(kGoldenToken);
  for (std::size_t i = 0; i < good.size(); ++i) {
    CAPTURE(i);
    std::string bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    CHECK(refusal(bad) == Code::kMalformed);
    CHECK(refusal(good.substr(0, i)) == Code::kMalformed);
  }
  CHECK(refusal(good + "A") == Code::kMalformed);
  CHECK(refusal(good + "=") == Code::kMalformed);
  CHECK(refusal("x" + good) == Code::kMalformed);
  CHECK(refusal(std::string(100000, 'A')) == Code::kMalformed);
}

TEST_CASE("a token that was put together by somebody else is refused like one that was damaged") {
  const std::string good = golden_payload();
  CHECK(trust::parse_token(crafted(good)).has_value());
  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    CHECK(refusal(crafted(good.substr(0, size))) == Code::kMalformed);
  }
  std::string other_seed = good;
  other_seed[0] = static_cast<char>(other_seed[0] ^ 1);
  CHECK(refusal(crafted(other_seed)) == Code::kMalformed);
}

TEST_CASE("every digit of base64url is read as it is written") {
  std::string seen;
  for (int n = 1; n <= 8; ++n) {
    trust::InvitationToken token = golden();
    token.invitation_note =
        signed_by(invitation("dr.lee", trust::Role::kMember, n), {std::string(kOrganisation)});
    token.seed = key(invitation_key(n)).key().seed();
    const std::string text = text_of(token);
    CHECK(trust::parse_token(text).value().invitation_note == token.invitation_note);
    seen += text.substr(trust::kTokenPrefix.size());
  }
  for (char digit :
       std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
    CAPTURE(digit);
    CHECK(seen.find(digit) != std::string::npos);
  }
}

TEST_CASE("a token in too much white space is not searched for") {
  CHECK(trust::parse_token(std::string(kGoldenToken) + std::string(64 << 10, ' '))
            .error()
            .text.find("too long") != std::string::npos);
}

TEST_CASE("parts that do not belong together make no token") {
  trust::InvitationToken token = golden();
  token.seed = key(invitation_key(2)).key().seed();
  CHECK(trust::format_token(token).error().code == Code::kMalformed);
  token = golden();
  token.root = verifier("other.example");
  CHECK(trust::format_token(token).error().code == Code::kMalformed);
  token = golden();
  token.invitation_note = std::string(kGoldenRevocation);
  CHECK(trust::format_token(token).error().code == Code::kMalformed);
  token = golden();
  token.relay_url = "https://relay.example\nhttps://evil.example";
  CHECK(trust::format_token(token).error().code == Code::kMalformed);
}
