#include <doctest/doctest.h>

#include "base/encoding.hpp"
#include "register/stream.hpp"
#include "sample.hpp"

using namespace sealpost;
using namespace sealpost::reg;

namespace {

const std::string kGolden =
    "sealpost/v1/register\n"
    "stream: people\n"
    "epoch: 2\n"
    "id: 019aa640-7e38-7000-8000-0123456789ab\n"
    "at: 2026-11-21T12:00:00Z\n"
    "seen: 16 AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\n"
    "log: 4711 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
    "trust: 12 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n"
    "record: "
    "{\"contact\":\"c-00112233445566778899aabbccddeeff\",\"removed\":true,\"type\":\"contact\"}\n"
    "record: {\"contact\":\"c-00112233445566778899aabbccddeeff\",\"type\":\"shred\"}\n";

const std::string kGoldenGrant =
    "sealpost/v1/register-grant\n"
    "stream: organisation\n"
    "to: mercy.example/nurse.kim/phone\n"
    "at: 2026-11-21T12:00:00Z\n"
    "log: 4711 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
    "trust: 12 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n"
    "epoch: 1 " +
    kRecipient +
    "\n"
    "epoch: 2 " +
    kRecipient + "\n";

Entry sample_entry() {
  Entry entry;
  entry.stream = Stream::kPeople;
  entry.epoch = 2;
  entry.id = "019aa640-7e38-7000-8000-0123456789ab";
  entry.at = noon();
  entry.seen = {16, digest_of(3)};
  entry.log = {4711, digest_of(1)};
  entry.trust = {12, digest_of(2)};
  entry.records = {ContactRecord{kJane, {}, true, std::nullopt}, ShredRecord{kJane}};
  return entry;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  REQUIRE_MESSAGE(at != std::string::npos, what);
  return text.replace(at, what.size(), with);
}

template <typename Value>
bool says(const base::Result<Value>& result, std::string_view words) {
  if (result) return false;
  INFO(result.error().text);
  return result.error().code == base::Code::kMalformed &&
         result.error().text.find(words) != std::string::npos;
}

crypto::SecretBytes identities(const std::string& text) {
  return crypto::SecretBytes(base::as_bytes(text));
}

const std::string kIdentity = "AGE-SECRET-KEY-1" + std::string(58, 'Q') + "\n";

}  // namespace

TEST_CASE("an entry names the keys that come with it, between its head and its records") {
  Entry entry = sample_entry();
  entry.keys = {{kJane, digest_of(7)}};
  const std::string text = *format(entry);
  const std::string line = "key: " + kJane + " BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n";
  CHECK(text == replaced(kGolden, "record: ", line + "record: "));
  CHECK(parse_entry(text)->keys == entry.keys);
  CHECK(says(parse_entry(replaced(kGolden, "record: ", line + line + "record: ")), "two keys"));
  CHECK(says(parse_entry(kGolden + line), "out of order"));
  CHECK(says(parse_entry(replaced(text, "key: " + kJane, "key: jane")), "no contact"));
  CHECK_FALSE(parse_entry(replaced(text, "BwcHBw", "")));
  entry.keys.emplace_back(kJane, digest_of(8));
  CHECK(says(format(entry), "two keys"));
  entry.keys.clear();
  entry.stream = Stream::kOrganisation;
  entry.records = {GroupRecord{"icu", {}, true}};
  CHECK(format(entry));
  entry.keys = {{kJane, digest_of(7)}};
  CHECK(says(format(entry), "without contacts"));
}

TEST_CASE("an entry is written as the manual shows, and read back whole") {
  CHECK(*format(sample_entry()) == kGolden);
  const auto entry = parse_entry(kGolden);
  REQUIRE(entry);
  CHECK(entry->stream == Stream::kPeople);
  CHECK(entry->epoch == 2);
  CHECK(entry->seen == sample_entry().seen);
  REQUIRE(entry->records.size() == 2);
  CHECK(std::get<ContactRecord>(entry->records[0]).removed == true);
  CHECK(*format(*entry) == kGolden);
}

TEST_CASE("an entry that breaks a rule is refused") {
  CHECK(says(parse_entry(replaced(kGolden, "people", "patients")), "stream that is none"));
  CHECK(says(parse_entry(replaced(kGolden, "epoch: 2", "epoch: 0")), "numbered from 1"));
  CHECK(says(parse_entry(replaced(kGolden, "019aa640-7", "019AA640-7")), "no UUID"));
  CHECK(says(parse_entry(replaced(kGolden, "seen: 16", "seen: 0")), "seen no entry"));
  CHECK(says(parse_entry(replaced(kGolden, "people", "organisation")), "another stream"));
  CHECK(says(parse_entry(kGolden.substr(0, kGolden.find("record:"))), "without a record"));
  CHECK(says(parse_entry(replaced(kGolden, "\"shred\"", "\"shred\" ")), "spelled otherwise"));
  CHECK(says(parse_entry(kGolden + "why: not\n"), "why"));
  CHECK(says(parse_entry(replaced(kGolden, "register\n", "receipt\n")), "kind"));
}

TEST_CASE("the lines of an entry stand in one order") {
  const std::string at = "at: 2026-11-21T12:00:00Z\n";
  const std::string moved = replaced(replaced(kGolden, at, ""), "seen:", "seen:");
  CHECK(says(parse_entry(replaced(moved, "record:", at + "record:")), "out of order"));
  CHECK(says(parse_entry(moved + at), "out of order"));
}

TEST_CASE("an entry that begins an epoch says nothing else and is of that epoch") {
  Entry entry = sample_entry();
  entry.records = {EpochRecord{2, kRecipient}};
  CHECK(format(entry));
  entry.epoch = 1;
  CHECK(says(format(entry), "in another one"));
  entry.epoch = 2;
  entry.records.push_back(ShredRecord{kJane});
  CHECK(says(format(entry), "says more"));
  entry.stream = Stream::kOrganisation;
  entry.records.pop_back();
  CHECK(format(entry));
}

TEST_CASE("an entry holds at most 1000 records") {
  Entry entry = sample_entry();
  entry.records.assign(kMaxRecords, ShredRecord{kJane});
  const auto text = format(entry);
  REQUIRE(text);
  CHECK(parse_entry(*text));
  CHECK(says(parse_entry(*text + "record: {}\n"), "more than 1000"));
  entry.records.push_back(ShredRecord{kJane});
  CHECK(says(format(entry), "more than 1000"));
}

TEST_CASE("the head behind an entry follows from the head before it and the file") {
  const crypto::Digest one = next_head({}, digest_of(1));
  // printf '%064x%064x' 0 0 | ... : SHA-256 of 32 zero bytes and 32 bytes of 01.
  CHECK(one == crypto::sha256({crypto::Digest{}, digest_of(1)}));
  CHECK(next_head(one, digest_of(1)) != one);
  CHECK(next_head({}, digest_of(2)) != one);
  CHECK(stream_from_name(stream_name(Stream::kOrganisation)) == Stream::kOrganisation);
  CHECK(!stream_from_name("People"));
}

TEST_CASE("a grant of a stream's key is written as the manual shows, and read back whole") {
  const auto grant = parse_grant(kGoldenGrant);
  REQUIRE(grant);
  CHECK(grant->stream == Stream::kOrganisation);
  CHECK(grant->to == kPhone);
  CHECK(grant->recipients == std::vector<std::string>{kRecipient, kRecipient});
  CHECK(*format(*grant) == kGoldenGrant);
}

TEST_CASE("a grant of a stream's key that breaks a rule is refused") {
  CHECK(says(parse_grant(replaced(kGoldenGrant, "epoch: 2", "epoch: 3")), "misnumbered"));
  CHECK(says(parse_grant(replaced(kGoldenGrant, "epoch: 1", "epoch: 2")), "misnumbered"));
  CHECK(says(parse_grant(replaced(kGoldenGrant, "epoch: 2 age1", "epoch: 2 age2")), "recipient"));
  CHECK(says(parse_grant(kGoldenGrant.substr(0, kGoldenGrant.find("epoch:"))), "without an epoch"));
  CHECK(says(parse_grant(replaced(kGoldenGrant, "organisation", "patients")), "stream"));
  const std::string at = "at: 2026-11-21T12:00:00Z\n";
  CHECK(says(parse_grant(replaced(kGoldenGrant, at, "") + at), "out of order"));
}

TEST_CASE("a framed grant comes apart into note and identities") {
  const std::string note = "note\n\nwith lines\n";
  const auto frame = open_grant_frame(frame_grant(note, identities(kIdentity + kIdentity)));
  REQUIRE(frame);
  CHECK(frame->note == note);
  CHECK(frame->identities.expose_text() == kIdentity + kIdentity);
}

TEST_CASE("a framed grant out of form is refused, and its error tells nothing of the key") {
  const std::string note = "note\n";
  const auto opened = [](const std::string& text) {
    const auto frame = open_grant_frame(identities(text));
    return frame ? std::string("opened") : frame.error().text;
  };
  const std::string good = "sealpost-grant/1 5\n" + note + kIdentity;
  CHECK(opened(good) == "opened");
  for (const std::string& bad :
       {good + "\n", good.substr(0, good.size() - 1), "sealpost-grant/1 5\n" + note,
        "sealpost-grant/2 5\n" + note + kIdentity, "sealpost-grant/1 05\n" + note + kIdentity,
        "sealpost-grant/1 500\n" + note + kIdentity, "sealpost-grant/1 4\n" + note + kIdentity,
        std::string("sealpost-grant/1 5"), good + std::string(75, '\n')}) {
    CAPTURE(bad);
    CHECK(opened(bad) != "opened");
    CHECK(opened(bad).find("QQQQ") == std::string::npos);
  }
}
