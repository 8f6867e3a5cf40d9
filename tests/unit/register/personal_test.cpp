#include <doctest/doctest.h>

#include "register/personal.hpp"
#include "sample.hpp"

using namespace sealpost;
using namespace sealpost::reg;

namespace {

const std::string kJohn = "c-ffeeddccbbaa99887766554433221100";

struct World {
  testing::FakeRandom random;
  ContactKey key = ContactKey::random(random);
  ContactKey other = ContactKey::random(random);
};

const Personal kEverything{{"alias", "jane-doe"},         {"name", "Jane D\u00f6e"},
                           {"phone", "+15551234567"},     {"email", "jane@example.org"},
                           {"language", "es-MX"},         {"birthdate", "1931-02-28"},
                           {"representative", "Jim Doe"}, {"authority", "parent"}};

template <typename Value>
bool fails(const base::Result<Value>& result, base::Code code) {
  return !result && result.error().code == code;
}

}  // namespace

TEST_CASE("personal fields are sealed and opened") {
  World world;
  const auto sealed = seal_personal(world.key, kJane, kEverything, world.random);
  REQUIRE(sealed);
  CHECK(*open_personal(world.key, kJane, *sealed) == kEverything);
  const Personal taken_away{{"phone", ""}};
  CHECK(*open_personal(world.key, kJane,
                       *seal_personal(world.key, kJane, taken_away, world.random)) == taken_away);
}

TEST_CASE("sealed values open for their own contact and with its key alone") {
  World world;
  const auto sealed = *seal_personal(world.key, kJane, kEverything, world.random);
  CHECK(fails(open_personal(world.key, kJohn, sealed), base::Code::kVerificationFailed));
  CHECK(fails(open_personal(world.other, kJane, sealed), base::Code::kVerificationFailed));
  auto bent = sealed;
  bent[40] ^= 1;
  CHECK(fails(open_personal(world.key, kJane, bent), base::Code::kVerificationFailed));
  CHECK(fails(open_personal(world.key, kJane, {}), base::Code::kVerificationFailed));
  const auto word = *seal_text(world.key, kJane, "STOP", world.random);
  CHECK(fails(open_text(world.key, kJohn, word), base::Code::kVerificationFailed));
}

TEST_CASE("one kind of sealed value is not taken for another") {
  World world;
  const auto word = *seal_text(world.key, kJane, "STOP", world.random);
  const auto file = *seal_file(world.key, kJane, sample_file(), world.random);
  const auto fields = *seal_personal(world.key, kJane, kEverything, world.random);
  CHECK(*open_text(world.key, kJane, word) == "STOP");
  CHECK(*open_file(world.key, kJane, file) == sample_file());
  const FileFacts facts{"", 12, digest_of(0x64)};
  const auto sealed_facts = *seal_facts(world.key, kJane, facts, world.random);
  CHECK(*open_facts(world.key, kJane, sealed_facts) == facts);
  CHECK(!open_facts(world.key, kJane, file));
  CHECK(!open_file(world.key, kJane, sealed_facts));
  CHECK(!seal_facts(world.key, kJane, {std::string(256, 'n'), 1, {}}, world.random));
  CHECK(fails(open_personal(world.key, kJane, word), base::Code::kMalformed));
  CHECK(fails(open_personal(world.key, kJane, file), base::Code::kMalformed));
  CHECK(fails(open_text(world.key, kJane, fields), base::Code::kMalformed));
  CHECK(fails(open_text(world.key, kJane, file), base::Code::kMalformed));
  CHECK(fails(open_file(world.key, kJane, word), base::Code::kMalformed));
}

TEST_CASE("what is sealed has one spelling") {
  World world;
  const auto sealed = [&](std::string_view text) {
    const std::string associated = "sealpost/v1/contact\n" + kJane;
    return crypto::xchacha_seal(world.key, base::as_bytes(text), base::as_bytes(associated),
                                world.random);
  };
  CHECK(open_text(world.key, kJane, sealed(R"({"text":"a"})")));
  CHECK(fails(open_text(world.key, kJane, sealed(R"({ "text":"a"})")), base::Code::kMalformed));
  CHECK(fails(open_text(world.key, kJane, sealed(R"({"text":"a","why":"b"})")),
              base::Code::kMalformed));
  CHECK(fails(open_text(world.key, kJane, sealed(R"(["text"])")), base::Code::kMalformed));
  CHECK(fails(open_personal(world.key, kJane, sealed(R"({"ssn":"1"})")), base::Code::kMalformed));
  CHECK(fails(open_personal(world.key, kJane, sealed(R"({"name":1})")), base::Code::kMalformed));
}

TEST_CASE("a field out of form is refused by name") {
  const std::vector<std::pair<std::string, std::string>> bad{{"alias", "Jane"},
                                                             {"alias", "jane doe"},
                                                             {"alias", "-jane"},
                                                             {"name", "a\nb"},
                                                             {"name", std::string(201, 'x')},
                                                             {"phone", "5551234567"},
                                                             {"phone", "+0551234567"},
                                                             {"phone", "+1555"},
                                                             {"phone", "+1555123456712345"},
                                                             {"phone", "+1 555 1234"},
                                                             {"email", "jane"},
                                                             {"email", "@example.org"},
                                                             {"email", "jane@"},
                                                             {"email", "a@b@c"},
                                                             {"email", "a b@c"},
                                                             {"language", "e"},
                                                             {"language", "es_MX"},
                                                             {"birthdate", "1931-02-29"},
                                                             {"birthdate", "31-02-28"},
                                                             {"birthdate", "1931-2-28"},
                                                             {"birthdate", "1931-0a-28"},
                                                             {"birthdate", "1931-00-28"},
                                                             {"representative", "\u202e"},
                                                             {"authority", "\u200b"},
                                                             {"ssn", "078-05-1120"}};
  for (const auto& [field, value] : bad) {
    CAPTURE(field);
    CAPTURE(value);
    const auto checked = check_personal({{field, value}});
    REQUIRE(fails(checked, base::Code::kMalformed));
    CHECK(checked.error().text.find("\"" + field + "\"") != std::string::npos);
    // A value is personal: no message says it.
    CHECK((value.size() < 3 || checked.error().text.find(value) == std::string::npos));
  }
  CHECK(check_personal(kEverything));
  for (const auto field : kPersonalFields) {
    CHECK(is_personal_field(field));
    CHECK(check_personal({{std::string(field), ""}}));
  }
}

TEST_CASE("a text is sealed as it came, but for its length and encoding") {
  World world;
  const std::string came = "please stop\r\ntexting me \xF0\x9F\x98\xA1\x01";
  CHECK(*open_text(world.key, kJane, *seal_text(world.key, kJane, came, world.random)) == came);
  CHECK(seal_text(world.key, kJane, std::string(kMaxText, 'x'), world.random));
  CHECK(!seal_text(world.key, kJane, std::string(kMaxText + 1, 'x'), world.random));
  CHECK(!seal_text(world.key, kJane, "", world.random));
  CHECK(!seal_text(world.key, kJane, "\xff", world.random));
}

TEST_CASE("a contact's key is wrapped for its contact and epoch in 72 bytes") {
  World world;
  const base::Bytes identity(32, 5);
  const WrapKey wrap = wrap_key(identity);
  const base::Bytes wrapped = wrap_contact_key(wrap, kJane, world.key, world.random);
  CHECK(wrapped.size() == kWrappedSize);
  const auto key = unwrap_contact_key(wrap_key(identity), kJane, wrapped);
  REQUIRE(key);
  CHECK(crypto::equal(key->expose(), world.key.expose()));
  CHECK(fails(unwrap_contact_key(wrap, kJohn, wrapped), base::Code::kVerificationFailed));
  CHECK(fails(unwrap_contact_key(wrap_key(base::Bytes(32, 6)), kJane, wrapped),
              base::Code::kVerificationFailed));
  CHECK(fails(unwrap_contact_key(wrap, kJane, {}), base::Code::kVerificationFailed));
  CHECK(fails(unwrap_contact_key(wrap, kJane, base::ByteView(wrapped).first(71)),
              base::Code::kVerificationFailed));
  // Neither is the other's.
  CHECK(fails(open_text(wrap, kJane, wrapped), base::Code::kVerificationFailed));
}

TEST_CASE("the wrapping key is the one of the manual") {
  crypto::AeadKey expected;
  crypto::hkdf_sha256(base::Bytes(32, 5), {}, "sealpost/v1/register/contact-key",
                      expected.expose_mutable());
  CHECK(crypto::equal(wrap_key(base::Bytes(32, 5)).expose(), expected.expose()));
}
