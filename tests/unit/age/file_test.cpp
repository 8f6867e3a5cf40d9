#include "age/file.hpp"

#include <doctest/doctest.h>

#include "age/header.hpp"
#include "age/scrypt.hpp"
#include "age/x25519.hpp"
#include "support/fakes.hpp"

using namespace sealpost;
using age::Failure;

namespace {

struct Fixture {
  testing::FakeRandom random;
  age::X25519Identity alice = age::X25519Identity::generate(random);
  age::X25519Identity bob = age::X25519Identity::generate(random);
  age::FileKey file_key = age::FileKey::random(random);

  base::Bytes header_for(std::vector<const age::Recipient*> recipients) {
    return *age::seal_header(file_key, recipients, random);
  }
  Failure failure_of(base::ByteView file, const age::Identity& identity) {
    const age::Identity* identities[] = {&identity};
    Failure failure = Failure::kNone;
    const auto opened = age::open_header(file, identities, &failure);
    CHECK(opened.has_value() == (failure == Failure::kNone));
    if (!opened) CHECK(opened.error().code == base::Code::kVerificationFailed);
    return failure;
  }
};

base::Bytes sample(std::size_t size) {
  base::Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + (i >> 11));
  return bytes;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "one payload serves many headers") {
  const base::Bytes payload = age::seal_payload(file_key, sample(1000), random);
  for (const age::X25519Identity* reader : {&alice, &bob}) {
    base::Bytes file = header_for({&reader->recipient()});
    const std::size_t size = file.size();
    base::append(file, payload);
    const age::Identity* identities[] = {reader};
    const auto opened = age::open_header(file, identities);
    REQUIRE(opened);
    CHECK(opened->size == size);
    const auto plain = age::open_payload(opened->file_key, base::ByteView(file).subspan(size));
    REQUIRE(plain);
    CHECK(base::to_bytes(plain->expose()) == sample(1000));
  }
}

TEST_CASE_FIXTURE(Fixture, "every recipient of several opens the header, others do not match") {
  const auto header = header_for({&alice.recipient(), &bob.recipient()});
  CHECK(failure_of(header, alice) == Failure::kNone);
  CHECK(failure_of(header, bob) == Failure::kNone);
  CHECK(failure_of(header, age::X25519Identity::generate(random)) == Failure::kNoMatch);
}

TEST_CASE_FIXTURE(Fixture, "payloads of every length around the chunk border survive") {
  for (const std::size_t size : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 131072UL, 131073UL}) {
    const base::Bytes payload = age::seal_payload(file_key, sample(size), random);
    const auto plain = age::open_payload(file_key, payload);
    REQUIRE(plain);
    CHECK(base::to_bytes(plain->expose()) == sample(size));
  }
}

TEST_CASE_FIXTURE(Fixture, "a payload that was flipped, cut or extended anywhere is refused") {
  const base::Bytes payload = age::seal_payload(file_key, sample(65537), random);
  for (const std::size_t at : {0UL, 15UL, 16UL, 65567UL, 65568UL, payload.size() - 1}) {
    base::Bytes flipped = payload;
    flipped[at] ^= 1;
    const auto plain = age::open_payload(file_key, flipped);
    REQUIRE_FALSE(plain);
    CHECK(plain.error().code == base::Code::kVerificationFailed);
  }
  for (const std::size_t size : {0UL, 15UL, 16UL, 17UL, 31UL, 32UL, 65568UL, 65569UL, 65584UL}) {
    CHECK_FALSE(age::open_payload(file_key, base::ByteView(payload).first(size)));
  }
  base::Bytes longer = payload;
  longer.push_back(0);
  CHECK_FALSE(age::open_payload(file_key, longer));
}

TEST_CASE_FIXTURE(Fixture, "every flipped bit of a header is refused, each in its class") {
  const base::Bytes header = header_for({&alice.recipient()});
  for (std::size_t at = 0; at < header.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      base::Bytes flipped = header;
      flipped[at] ^= static_cast<std::uint8_t>(1 << bit);
      CHECK(failure_of(flipped, alice) != Failure::kNone);
    }
  }
  base::Bytes mac = header;
  std::uint8_t& digit = mac[mac.size() - 10];
  digit = digit == 'A' ? 'B' : 'A';
  CHECK(failure_of(mac, alice) == Failure::kHmac);
}

TEST_CASE_FIXTURE(Fixture, "every shortened header is a header failure") {
  const base::Bytes header = header_for({&alice.recipient()});
  for (std::size_t size = 0; size < header.size(); ++size) {
    CHECK(failure_of(base::ByteView(header).first(size), alice) == Failure::kHeader);
  }
}

TEST_CASE_FIXTURE(Fixture, "a body that fills whole lines ends with an empty one") {
  age::Stanza stanza{"example.com/wide", {"a", "b"}, sample(96)};
  const base::Bytes header = age::format_header(std::span(&stanza, 1), file_key);
  CHECK(base::as_text(header).find("\n\n--- ") != std::string_view::npos);
  const auto parsed = age::parse_header(header);
  REQUIRE(parsed);
  CHECK(parsed->stanzas.front().body == stanza.body);
  CHECK(parsed->stanzas.front().arguments == stanza.arguments);
}

TEST_CASE_FIXTURE(Fixture, "a passphrase opens its file and must stand alone") {
  const age::ScryptRecipient recipient(base::as_bytes("correct horse"), 1);
  const base::Bytes header = header_for({&recipient});
  CHECK(failure_of(header, age::ScryptIdentity(base::as_bytes("correct horse"))) == Failure::kNone);
  CHECK(failure_of(header, age::ScryptIdentity(base::as_bytes("wrong horse"))) ==
        Failure::kNoMatch);
  const age::Recipient* mixed[] = {&recipient, &alice.recipient()};
  CHECK(age::seal_header(file_key, mixed, random).error().code == base::Code::kUsage);
}

TEST_CASE_FIXTURE(Fixture, "a passphrase in company is refused by every identity") {
  const age::ScryptRecipient recipient(base::as_bytes("correct horse"), 1);
  const age::Stanza stanzas[] = {*recipient.wrap(file_key, random),
                                 *alice.recipient().wrap(file_key, random)};
  const base::Bytes header = age::format_header(stanzas, file_key);
  CHECK(failure_of(header, alice) == Failure::kHeader);
  CHECK(failure_of(header, age::ScryptIdentity(base::as_bytes("correct horse"))) ==
        Failure::kHeader);
}

TEST_CASE_FIXTURE(Fixture, "more scrypt work than is accepted is refused without doing it") {
  const age::ScryptRecipient recipient(base::as_bytes("correct horse"), 3);
  const base::Bytes header = header_for({&recipient});
  CHECK(failure_of(header, age::ScryptIdentity(base::as_bytes("correct horse"), 2)) ==
        Failure::kHeader);
}

TEST_CASE_FIXTURE(Fixture, "a header for nobody cannot be made") {
  CHECK(age::seal_header(file_key, {}, random).error().code == base::Code::kUsage);
}
