#include <doctest/doctest.h>

#include "age/file.hpp"
#include "message/sealed.hpp"
#include "sample.hpp"

using namespace sealpost;
using namespace sealpost::message;

namespace {

constexpr std::string_view kText = "K 3.9 mmol/l, fine";

struct People {
  testing::FakeRandom random{7};
  note::Signer lee = signer_named(kLaptop, 1);
  age::X25519Identity kim = age::X25519Identity::generate(random);
  age::X25519Identity olivia = age::X25519Identity::generate(random);

  SealedMessage sealed(std::string_view text = kText) {
    const std::vector<age::X25519Recipient> to{kim.recipient(), olivia.recipient()};
    return *seal(sample_header(), base::as_bytes(text), lee, to, random);
  }
};

base::Time noon() { return testing::FakeClock().now(); }

// A frame of the test's own making, encrypted as seal() would.
base::Result<OpenedMessage> open_framed(People& people, std::string_view header_note,
                                        std::string_view body) {
  const auto file_key = age::FileKey::random(people.random);
  const auto framed = frame(header_note, base::as_bytes(body));
  const auto payload = age::seal_payload(file_key, framed.expose(), people.random);
  const auto header = seal_header_for(file_key, people.kim.recipient(), people.random);
  return open(*header, payload, people.kim);
}

bool fails(const base::Result<void>& result, std::string_view words) {
  return !result && result.error().code == base::Code::kVerificationFailed &&
         result.error().text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("each recipient opens the one payload with a header of its own") {
  People people;
  const SealedMessage sealed = people.sealed();
  REQUIRE(sealed.headers.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto opened =
        open(sealed.headers[i], sealed.payload, i == 0 ? people.kim : people.olivia);
    REQUIRE(opened);
    CHECK(opened->body.expose_text() == kText);
    CHECK(opened->header.body_length == kText.size());
    CHECK(opened->header_note == sealed.header_note);
    CHECK(opened->message_sha256 == crypto::sha256(base::as_bytes(sealed.header_note)));
    CHECK(opened->message_sha256 == sealed.message_sha256);
    CHECK(verify(*opened, people.lee.verifier(), kNurse, noon()));
  }
}

TEST_CASE("an empty body is a body") {
  People people;
  const SealedMessage sealed = people.sealed("");
  CHECK(open(sealed.headers[0], sealed.payload, people.kim)->body.empty());
}

TEST_CASE("a device added later opens the message, too") {
  People people;
  const SealedMessage sealed = people.sealed();
  const auto tablet = age::X25519Identity::generate(people.random);
  const auto header = seal_header_for(sealed.file_key, tablet.recipient(), people.random);
  REQUIRE(header);
  CHECK(open(*header, sealed.payload, tablet)->body.expose_text() == kText);
}

TEST_CASE("the header of another device does not open") {
  People people;
  const SealedMessage sealed = people.sealed();
  const auto opened = open(sealed.headers[1], sealed.payload, people.kim);
  REQUIRE(!opened);
  CHECK(opened.error().code == base::Code::kVerificationFailed);
}

TEST_CASE("a header does not open the payload of another message") {
  People people;
  const SealedMessage one = people.sealed("one");
  const SealedMessage two = people.sealed("two");
  const auto opened = open(one.headers[0], two.payload, people.kim);
  REQUIRE(!opened);
  CHECK(opened.error().code == base::Code::kVerificationFailed);
}

TEST_CASE("every failure of decryption looks alike") {
  People people;
  const SealedMessage sealed = people.sealed();
  const auto outcome = [&](base::Bytes header, base::Bytes payload) {
    const auto opened = open(header, payload, people.kim);
    REQUIRE(!opened);
    CHECK(opened.error().code == base::Code::kVerificationFailed);
    return opened.error().text + "|" + opened.error().hint;
  };
  const std::string expected = outcome(sealed.headers[1], sealed.payload);
  for (std::size_t at = 0; at < sealed.headers[0].size(); at += 5) {
    base::Bytes header = sealed.headers[0];
    header[at] ^= 1;
    CHECK(outcome(header, sealed.payload) == expected);
  }
  base::Bytes payload = sealed.payload;
  payload.back() ^= 1;
  CHECK(outcome(sealed.headers[0], payload) == expected);
  payload.resize(payload.size() / 2);
  CHECK(outcome(sealed.headers[0], payload) == expected);
  CHECK(outcome(sealed.headers[0], {}) == expected);
  CHECK(outcome({}, sealed.payload) == expected);
  base::Bytes longer = sealed.headers[0];
  longer.push_back('\n');
  CHECK(outcome(longer, sealed.payload) == expected);
}

TEST_CASE("a body that is not the one of the header is refused") {
  People people;
  Header header = sample_header();
  header.body_length = 3;
  header.body_sha256 = crypto::sha256(base::as_bytes("yes"));
  const std::string signed_note = note::sign(*format_header(header), people.lee);
  CHECK(open_framed(people, signed_note, "yes"));
  for (const std::string_view other : {"no!", "yes!", ""}) {
    const auto opened = open_framed(people, signed_note, other);
    REQUIRE(!opened);
    CHECK(opened.error().code == base::Code::kVerificationFailed);
  }
}

TEST_CASE("a header that is no signed note or no message is refused") {
  People people;
  CHECK(open_framed(people, "hello\n", "x").error().code == base::Code::kMalformed);
  const std::string other = note::sign("sealpost/v1/receipt\nstate: read\n", people.lee);
  CHECK(open_framed(people, other, "x").error().code == base::Code::kMalformed);
}

TEST_CASE("a message for somebody else is refused although it opens") {
  People people;
  const SealedMessage sealed = people.sealed();
  const auto opened = open(sealed.headers[0], sealed.payload, people.kim);
  CHECK(fails(verify(*opened, people.lee.verifier(), "mercy.example/mallory", noon()),
              "somebody else"));
}

TEST_CASE("an expired message is refused, to the millisecond") {
  People people;
  const SealedMessage sealed = people.sealed();
  const auto opened = open(sealed.headers[0], sealed.payload, people.kim);
  const base::Time end = opened->header.expires;
  CHECK(verify(*opened, people.lee.verifier(), kNurse, end - base::milliseconds(1)));
  CHECK(fails(verify(*opened, people.lee.verifier(), kNurse, end), "expired"));
}

TEST_CASE("only the sender that the header names may have signed") {
  People people;
  const SealedMessage sealed = people.sealed();
  const auto opened = open(sealed.headers[0], sealed.payload, people.kim);
  const note::Signer other_key = signer_named(kLaptop, 2);
  const note::Signer other_name = signer_named("mercy.example/mallory/phone", 1);
  CHECK(fails(verify(*opened, other_key.verifier(), kNurse, noon()), "not signed by"));
  CHECK(fails(verify(*opened, other_name.verifier(), kNurse, noon()), "not signed by"));
}

TEST_CASE("two signatures are one too many") {
  People people;
  const note::Signer mallory = signer_named("mercy.example/mallory/phone", 3);
  Header header = sample_header();
  header.body_length = 0;
  header.body_sha256 = crypto::sha256(base::ByteView{});
  const std::array<const note::Signer*, 2> both{&people.lee, &mallory};
  const auto opened = open_framed(people, note::sign(*format_header(header), both), "");
  REQUIRE(opened);
  CHECK(fails(verify(*opened, people.lee.verifier(), kNurse, noon()), "exactly one"));
}

TEST_CASE("a signature over other words is refused") {
  People people;
  Header header = sample_header();
  header.body_length = 0;
  header.body_sha256 = crypto::sha256(base::ByteView{});
  std::string signed_note = note::sign(*format_header(header), people.lee);
  signed_note.replace(signed_note.find("Potassium"), 9, "Potassiun");
  const auto opened = open_framed(people, signed_note, "");
  REQUIRE(opened);
  CHECK(fails(verify(*opened, people.lee.verifier(), kNurse, noon()), "not signed by"));
}

TEST_CASE("nobody seals in another's name, or for nobody") {
  People people;
  const std::vector<age::X25519Recipient> to{people.kim.recipient()};
  const note::Signer other = signer_named("mercy.example/mallory/phone", 3);
  CHECK(seal(sample_header(), {}, other, to, people.random).error().code == base::Code::kMalformed);
  CHECK(seal(sample_header(), {}, people.lee, {}, people.random).error().code ==
        base::Code::kUsage);
}
