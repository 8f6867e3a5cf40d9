#include <doctest/doctest.h>

#include "base/encoding.hpp"
#include "link/keys.hpp"
#include "link/reply.hpp"

namespace sealpost::link {
namespace {

// From an independent implementation (Python's hashlib and hmac), as sealpost-link(5) prints them.
constexpr std::string_view kMessage = "01930000-0000-7000-8000-000000000001";

LinkSecret sample_secret() {
  LinkSecret secret;
  std::uint8_t next = 0;
  for (std::uint8_t& byte : secret.expose_mutable()) byte = next++;
  return secret;
}

template <typename Key>
std::string hex(const Key& key) {
  return base::to_hex(base::ByteView(key.expose()));
}

TEST_CASE("an address carries the secret in its fragment") {
  const auto address = format_address("https://relay.mercy.example/l", sample_secret());
  CHECK(address.expose_text() == "https://relay.mercy.example/l#AAECAwQFBgcICQoLDA0ODw");
}

TEST_CASE("keys of a link without a passcode") {
  const auto keys = derive_keys(sample_secret(), "");
  REQUIRE(keys);
  CHECK(keys->id == "dea2c4bc404d69396e7ff44a9c271bc1");
  CHECK(hex(keys->fetch) == "f0681d6764a9f22a6afb1a53c783c273c51074011abff6167387b447a781746c");
  CHECK(hex(keys->open) == "99699a75cf3c42bd8c60ff10926024d35beb89c3b7c7f34044cb2aab820f28c1");
  CHECK(keys->password.expose_text() == "yskCOpZJ0/gcRtBgkbnFoXdgzSB71jVI5b3TpU2RH6g=");
  CHECK(hex(keys->answer) == "94328d9bf290811211c0410222d408da853dda37c901fc771b135d88f49d3a90");
}

TEST_CASE("keys of a link with a passcode") {
  const auto keys = derive_keys(sample_secret(), "1984-02-29");
  REQUIRE(keys);
  CHECK(keys->id == "dea2c4bc404d69396e7ff44a9c271bc1");
  CHECK(hex(keys->fetch) == "f0681d6764a9f22a6afb1a53c783c273c51074011abff6167387b447a781746c");
  CHECK(hex(keys->open) == "159b6bc20a35c22a008edccd3b0234f97d055d4a4b628da6329a5cbc4e587dee");
  CHECK(keys->password.expose_text() == "+fYdhZGar45+oTNJTpiKhrqaLmsq3l/pTOOGxBejOak=");
  CHECK(hex(keys->answer) == "7b490e202debdb676bdde86324f909b4d7936585a63414ad4c0160b596e8b261");
}

TEST_CASE("a passcode counts in form KC, whatever keyboard it came from") {
  const auto wide = derive_keys(sample_secret(), "１９８４-02-29");
  REQUIRE(wide);
  CHECK(hex(wide->open) == hex(derive_keys(sample_secret(), "1984-02-29")->open));
}

TEST_CASE("passcodes that no keyboard makes are refused") {
  CHECK(derive_keys(sample_secret(), "\xff").error().code == base::Code::kMalformed);
  const std::string longest(kMaxPasscode, 'a');
  CHECK(derive_keys(sample_secret(), longest));
  CHECK(derive_keys(sample_secret(), longest + "a").error().code == base::Code::kMalformed);
}

TEST_CASE("a reply says what it answers and that its author had the link") {
  const auto keys = derive_keys(sample_secret(), "");
  const Reply thanks{ReplyKind::kReply, std::string(kMessage), "Thank you"};
  const auto plaintext = format_reply(thanks, keys->answer);
  REQUIRE(plaintext);
  CHECK(*plaintext ==
        "sealpost-reply/1 reply 01930000-0000-7000-8000-000000000001 "
        "HnuSJEHloqw9heAO7TUlUUMtZbvg216QLerNxfS+tvM=\nThank you");
  const auto read = parse_reply(*plaintext, keys->answer, kMessage);
  REQUIRE(read);
  CHECK(read->kind == ReplyKind::kReply);
  CHECK(read->message == kMessage);
  CHECK(read->text == "Thank you");
}

TEST_CASE("a confirmation has no text, a reply has one") {
  const auto keys = derive_keys(sample_secret(), "");
  const Reply confirmed{ReplyKind::kConfirm, std::string(kMessage), ""};
  const auto plaintext = format_reply(confirmed, keys->answer);
  REQUIRE(plaintext);
  CHECK(parse_reply(*plaintext, keys->answer, kMessage)->kind == ReplyKind::kConfirm);
  CHECK_FALSE(format_reply({ReplyKind::kConfirm, std::string(kMessage), "x"}, keys->answer));
  CHECK_FALSE(format_reply({ReplyKind::kReply, std::string(kMessage), ""}, keys->answer));
}

TEST_CASE("replies that were altered, misdirected or made up are refused, each for its reason") {
  const auto keys = derive_keys(sample_secret(), "");
  const auto other = derive_keys(sample_secret(), "1234");
  const std::string plaintext =
      *format_reply({ReplyKind::kReply, std::string(kMessage), "Thank you"}, keys->answer);
  const auto code = [&](std::string_view text) {
    const auto read = parse_reply(text, keys->answer, kMessage);
    REQUIRE_FALSE(read);
    return read.error().code;
  };
  std::string altered = plaintext;
  altered.back() = 'U';
  CHECK(code(altered) == base::Code::kVerificationFailed);
  std::string confirmed = plaintext;
  confirmed.replace(confirmed.find("reply 0"), 5, "confirm");
  CHECK(code(confirmed) == base::Code::kMalformed);
  CHECK(parse_reply(plaintext, other->answer, kMessage).error().code ==
        base::Code::kVerificationFailed);
  CHECK(parse_reply(plaintext, keys->answer, "01930000-0000-7000-8000-000000000002").error().code ==
        base::Code::kVerificationFailed);
  for (std::size_t size = 0; size + 9 < plaintext.size(); ++size) {
    CHECK(code(std::string_view(plaintext).substr(0, size)) == base::Code::kMalformed);
  }
  CHECK(code("sealpost-reply/2" + plaintext.substr(16)) == base::Code::kMalformed);
  CHECK(code(plaintext + "\xff") == base::Code::kMalformed);
  CHECK(code(plaintext + std::string(kMaxReply, 'a')) == base::Code::kMalformed);
}

}  // namespace
}  // namespace sealpost::link
