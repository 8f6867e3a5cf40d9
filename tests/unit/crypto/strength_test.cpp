// Which passphrases are taken. No dictionary is needed for any of these.
#include "crypto/strength.hpp"

#include <doctest/doctest.h>

#include "base/encoding.hpp"
#include "crypto/random.hpp"

namespace sealpost::crypto {
namespace {

base::Result<void> judge(std::string_view passphrase, const std::string& user = "dr.lee") {
  return check_strength(SecretBytes(base::as_bytes(passphrase)), user);
}

TEST_CASE("several words and what a generator makes are strong") {
  CHECK(judge("correct horse battery staple"));
  CHECK(judge("a passphrase of several words"));
  SystemRandom random;
  for (int i = 0; i < 200; ++i) {
    CHECK(judge(base::to_hex(random_bytes(random, 16))));
    CHECK(judge(base::to_hex(random_bytes(random, 32))));
    CHECK(judge(base::to_base64(random_bytes(random, 18))));
  }
}

TEST_CASE("short, guessable and repeated ones are weak, with a reason and a hint") {
  for (const char* weak :
       {"", "a", "short", "passwordpassword", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabcabcabcabcabcabc", "1234567890123456789012345678901",
        "secret secret secret secret secret", "dr.lee of mercy", "letmein letmein"}) {
    const auto judged = judge(weak);
    INFO(weak);
    REQUIRE_FALSE(judged);
    CHECK(judged.error().code == base::Code::kUsage);
    CHECK_FALSE(judged.error().hint.empty());
    CHECK(judged.error().text.starts_with("too weak for a passphrase: "));
  }
}

TEST_CASE("the reason never repeats the passphrase") {
  const auto judged = judge("zwieback");
  REQUIRE_FALSE(judged);
  CHECK(judged.error().text.find("zwieback") == std::string::npos);
}

TEST_CASE("long passphrases of any bytes are judged, and without a user") {
  CHECK(judge(std::string(100, '\xff') + "x").error().code == base::Code::kUsage);
  CHECK(judge("naïve Grüße aus Köln am Rhein", ""));
}

}  // namespace
}  // namespace sealpost::crypto
