#include "age/key_file.hpp"

#include <doctest/doctest.h>

#include "support/fakes.hpp"

using namespace sealpost;

TEST_CASE("an identity file is read back as it was written, comments and all") {
  testing::FakeRandom random;
  const auto identity = age::X25519Identity::generate(random);
  const auto file = age::format_identity_file(identity, "2026-11-21T12:00:00Z");
  CHECK(file.expose_text() ==
        "# created: 2026-11-21T12:00:00Z\n# public key: " + identity.recipient().str() + "\n" +
            std::string(identity.to_text().expose_text()) + "\n");
  const auto identities = age::parse_identities(file.expose());
  REQUIRE(identities);
  REQUIRE(identities->size() == 1);
  CHECK(identities->front().recipient() == identity.recipient());
}

TEST_CASE("a bad line is named by its number and never quoted") {
  const auto identities = age::parse_identities(base::as_bytes("# a\n\nAGE-SECRET-KEY-1XYZ\n"));
  REQUIRE_FALSE(identities);
  CHECK(identities.error().code == base::Code::kMalformed);
  CHECK(identities.error().text.starts_with("line 3: "));
  CHECK(identities.error().text.find("XYZ") == std::string::npos);
}

TEST_CASE("recipient files may have several lines, either line end, and no last one") {
  testing::FakeRandom random;
  const auto a = age::X25519Identity::generate(random).recipient();
  const auto b = age::X25519Identity::generate(random).recipient();
  const auto found = age::parse_recipients(base::as_bytes(a.str() + "\r\n#x\r\n\r\n" + b.str()));
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  CHECK(found->back() == b);
}

TEST_CASE("a file without keys, or one that is itself encrypted, is refused") {
  CHECK_FALSE(age::parse_recipients(base::as_bytes("# nothing\n")));
  CHECK_FALSE(age::parse_identities({}));
  const auto encrypted = age::parse_identities(base::as_bytes("age-encryption.org/v1\n"));
  REQUIRE_FALSE(encrypted);
  CHECK(encrypted.error().text == "the identity file is itself encrypted");
}
