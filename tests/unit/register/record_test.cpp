#include <doctest/doctest.h>

#include "register/disclosure.hpp"
#include "register/stream.hpp"
#include "sample.hpp"

using namespace sealpost;
using namespace sealpost::reg;

namespace {

// sealpost-register(5), RECORDS: one of each type, in the one spelling that counts.
const std::string kSealed = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v";
const std::string kFileText =
    R"({"blob":"00112233445566778899aabbccddeeff","blob-size":1048997,)"
    R"("key":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","name":"baa.pdf",)"
    R"("root":"1717171717171717171717171717171717171717171717171717171717171717",)"
    R"("sha256":"6464646464646464646464646464646464646464646464646464646464646464",)"
    R"("size":1048576})";

const std::vector<std::string> kPeople{
    R"({"contact":")" + kJane + R"(","sealed":")" + kSealed + R"(","type":"contact"})",
    R"({"contact":")" + kJane + R"(","removed":true,"type":"contact"})",
    R"({"contact":")" + kJane + R"(","hold":"Smith v. Mercy","type":"contact"})",
    R"({"contact":")" + kJane + R"(","hold":"","type":"contact"})",
    R"({"channels":["link-sms"],"contact":")" + kJane +
        R"(","id":"000000000000000000000000000000a1","method":"import","purposes":["billing"],"type":"grant"})",
    R"({"after":["000000000000000000000000000000b1"],"channels":["link-sms","phone"],"contact":")" +
        kJane +
        R"(","disclosure":"6464646464646464646464646464646464646464646464646464646464646464",)"
        R"("effective":"2026-11-21T12:00:00Z","evidence":")" +
        kSealed +
        R"(","expires":"2027-11-21T12:00:00Z","id":"000000000000000000000000000000a1",)"
        R"("language":"es-MX","method":"verbal","note":")" +
        kSealed +
        R"(","purposes":["billing","test-results"],"type":"grant","version":"v2 of 2026","warned":true,"witness":")" +
        kSealed + R"("})",
    R"({"channel":"sms","channels":["sms"],"contact":")" + kJane +
        R"(","id":"000000000000000000000000000000b1","purposes":["billing"],)"
        R"("received":"2026-11-21T12:00:00Z","type":"revoke","word":")" +
        kSealed + R"("})",
    R"({"channels":[],"contact":")" + kJane +
        R"(","id":"000000000000000000000000000000b1","purposes":[],"type":"revoke"})",
    R"({"channel":"email","contact":")" + kJane +
        R"(","id":"000000000000000000000000000000c1","type":"pause","word":")" + kSealed + R"("})",
    R"({"contact":")" + kJane +
        R"(","decision":"dismiss","pause":"000000000000000000000000000000c1","type":"decision"})",
    R"({"contact":")" + kJane +
        R"(","decision":"revoke","pause":"000000000000000000000000000000c1","type":"decision"})",
    R"({"part":0,"parts":2,"sha256":"6464646464646464646464646464646464646464646464646464646464646464",)"
    R"("text":"We text you:\n\t\"on time\"\r\n","type":"disclosure"})",
    R"({"contact":")" + kJane + R"(","type":"shred"})"};
const std::vector<std::string> kImported{
    R"({"channels":["link-sms"],"collector":"clinic.example/dr.lee/pc","contact":")" + kJane +
    R"(","elsewhere":")" + kSealed +
    R"(","id":"000000000000000000000000000000a1","method":"paper","purposes":["billing"],)"
    R"("recorded":"2025-11-21T12:00:00Z","type":"grant"})"};
const std::vector<std::string> kOrganisation{
    R"({"id":"000000000000000000000000000000d1","kind":"baa","party":"Lab One","type":"agreement"})",
    R"({"expires":"2028-01-04T00:00:00Z","file":)" + kFileText +
        R"(,"id":"000000000000000000000000000000d1","removed":true,"signed":"2026-01-04T00:00:00Z","type":"agreement"})",
    R"({"expires":"","id":"000000000000000000000000000000d1","type":"agreement"})",
    R"({"group":"icu","members":{"dr.lee":true,"nurse.kim":false},"type":"group"})",
    R"({"group":"icu","removed":false,"type":"group"})"};
const std::string kEpoch = R"({"epoch":2,"recipient":")" + kRecipient + R"(","type":"epoch"})";

// What breaks a rule: the number of a record above (people, organisation, epoch, imported), what
// stands there, what takes its place, and a word of the complaint.
struct Breach {
  std::size_t record;
  std::string what;
  std::string with;
  std::string says;
};

std::vector<std::string> all_records() {
  std::vector<std::string> all = kPeople;
  all.insert(all.end(), kOrganisation.begin(), kOrganisation.end());
  all.push_back(kEpoch);
  all.insert(all.end(), kImported.begin(), kImported.end());
  return all;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  REQUIRE_MESSAGE(at != std::string::npos, what);
  return text.replace(at, what.size(), with);
}

void check_breaches(const std::vector<Breach>& breaches) {
  for (const Breach& breach : breaches) {
    const std::string text = replaced(all_records()[breach.record], breach.what, breach.with);
    CAPTURE(text);
    const auto record = parse_record(text);
    REQUIRE(!record);
    CHECK(record.error().code == base::Code::kMalformed);
    CHECK_MESSAGE(record.error().text.find(breach.says) != std::string::npos, record.error().text);
  }
}

}  // namespace

TEST_CASE("a record of every type is read and written in one spelling") {
  for (const std::string& text : all_records()) {
    CAPTURE(text);
    const auto record = parse_record(text);
    REQUIRE_MESSAGE(record, (record ? "" : record.error().text));
    CHECK(*format(*record) == text);
  }
}

TEST_CASE("every type belongs to its stream, and epochs to both") {
  for (const std::string& text : kPeople) {
    CHECK(belongs_to_people(*parse_record(text)));
    CHECK(!belongs_to_organisation(*parse_record(text)));
  }
  for (const std::string& text : kOrganisation) {
    CHECK(belongs_to_organisation(*parse_record(text)));
    CHECK(!belongs_to_people(*parse_record(text)));
  }
  CHECK(belongs_to_people(*parse_record(kEpoch)));
  CHECK(belongs_to_organisation(*parse_record(kEpoch)));
}

TEST_CASE("a grant's values are read") {
  const auto record = parse_record(kPeople[5]);
  REQUIRE(record);
  const auto& grant = std::get<GrantRecord>(*record);
  CHECK(grant.id == id_of(0xa1));
  CHECK(grant.contact == kJane);
  CHECK(grant.purposes == std::vector<std::string>{"billing", "test-results"});
  CHECK(grant.channels == std::vector<std::string>{"link-sms", "phone"});
  CHECK(grant.method == "verbal");
  CHECK(grant.effective == noon());
  CHECK(grant.expires == day(365));
  CHECK(grant.evidence.size() == 48);
  CHECK(grant.disclosure == digest_of(0x64));
  CHECK(grant.language == "es-MX");
  CHECK(grant.version == "v2 of 2026");
  CHECK(grant.warned);
  CHECK(grant.witness.size() == 48);
  CHECK(grant.note.size() == 48);
  CHECK(grant.after == std::vector<std::string>{id_of(0xb1)});
}

TEST_CASE("only one spelling of a record is taken") {
  check_breaches({
      {1, "true,", "true ,", "spelled otherwise"},
      {1, R"("type")", R"("why":"x","type")", "spelled otherwise"},
      {1, R"("removed":true,)", R"("removed":true,"removed":true,)", "not valid JSON"},
      {1, R"("removed":true)", R"("removed":1)", "removed"},
      {1, R"("type":"contact")", R"("type":"person")", "of a type that is none"},
      {1, R"(,"type":"contact")", "", "type"},
      {2, "Smith v.", "\\u0053mith v.", "spelled otherwise"},
      {4, R"("link-sms")", R"("link-sms",7)", "channels"},
      {5, "2027-11-21T12:00:00Z", "2027-11-21T12:00:00.5Z", "not a time in UTC"},
      {5, "2027-11-21T12:00:00Z", "2027-11-21T13:00:00+01:00", "not a time in UTC"},
      {5, "64646464", "6464646F", "hexadecimal"},
      {5, R"("warned":true)", R"("warned":false)", "spelled otherwise"},
      {4, R"("method":"import")", R"("language":"","method":"import")", "spelled otherwise"},
      {4, R"({"channels")", R"({"after":[],"channels")", "spelled otherwise"},
      {9, "dismiss", "forget", "spelled otherwise"},
      {15, R"("expires":"")", R"("expires":null)", "says nothing"},
      {18, "\"epoch\":2", "\"epoch\":2.0", "epoch"},
      {18, "\"epoch\":2", "\"epoch\":-2", "epoch"},
  });
}

TEST_CASE("a record that breaks a rule of contacts and grants is refused") {
  const std::string seventeen(17, 'x');
  check_breaches({
      {0, kJane, "c-0011", "contact"},
      {0, kJane, "C" + kJane.substr(1), "contact"},
      {0, kSealed, "AAEC", "cut short"},
      {0, kSealed, kSealed + "=", "base64"},
      {1, R"("removed":true,)", "", "says nothing"},
      {2, "Smith v. Mercy", std::string(501, 'x'), "hold"},
      {2, "Smith v. Mercy", "Smith\u202e", "hold"},
      {4, R"(["billing"])", "[]", "without a purpose"},
      {4, R"(["link-sms"])", "[]", "without a channel"},
      {4, R"(["billing"])", R"(["Billing"])", "purpose that is none"},
      {4, R"(["billing"])", R"(["billing","billing"])", "a purpose twice"},
      {4, R"(["link-sms"])", R"(["pigeon"])", "channel that is none"},
      {4, R"(["link-sms"])", R"(["link-sms","link-sms"])", "a channel twice"},
      {4, "import", "telepathy", "method"},
      {4, "00a1", "00A1", "id"},
      {5, "2027-11-21", "2026-11-21", "expires before"},
      {5, "00b1", "00bg", "revocation"},
      {5, "es-MX", "es_MX", "language"},
      {5, "v2 of 2026", std::string(65, 'v'), "version"},
  });
}

TEST_CASE("a record that breaks a rule of the other types is refused") {
  check_breaches({
      {6, R"("channel":"sms")", R"("channel":"pigeon")", "channel"},
      {7, "00b1", "b1", "id"},
      {7, R"("purposes":[],)", "", "purposes"},
      {8, kSealed, "", "without a word"},
      {9, "00c1", "c1", "id"},
      {11, R"("part":0)", R"("part":2)", "misnumbered"},
      {11, R"("parts":2)", R"("parts":65)", "misnumbered"},
      {11, "We text you", std::string(3001, 'x'), "3000"},
      {11, "We text you", "We\\u0007", "control"},
      {11, "We text you", "We\x7f", "control"},
      {11, "We text you", "We\xc2\x85", "control"},
      {13, "Lab One", "", "party"},
      {13, R"("baa")", R"("bar")", "kind"},
      {13, R"(,"kind":"baa","party":"Lab One")", "", "says nothing"},
      {14, "2028", "2025", "expires before"},
      {14, "baa.pdf", "", "name"},
      {14, "00112233445566778899aabbccddeeff", "00", "blob"},
      {14, "Hh8=", "Hg==", "key"},
      {14, "1048997", "9007199254740992", "too large"},
      {16, "icu", "ICU", "name is out of form"},
      {16, "nurse.kim", "Nurse", "no user id"},
      {17, R"(,"removed":false)", "", "says nothing"},
      {18, "\"epoch\":2", "\"epoch\":0", "numbered from 1"},
      {18, "equnujwj", "equnujwq", "recipient"},
  });
}

TEST_CASE("a record takes at most 4096 bytes") {
  GrantRecord record = grant(1);
  record.witness = base::Bytes(2900, 1);
  REQUIRE(format(Record(record)));
  record.witness.resize(3100);
  REQUIRE(!format(Record(record)));
  CHECK(format(Record(record)).error().text.find("4096") != std::string::npos);
  CHECK(!parse_record(std::string(kMaxRecordSize + 1, ' ')));
}

TEST_CASE("what a grant may carry at most fits into a record") {
  testing::FakeRandom random;
  const auto key = ContactKey::random(random);
  File file = sample_file();
  file.name = std::string(255, 'n');
  GrantRecord record = grant(1);
  for (int i = 0; i < 5; ++i)
    record.purposes.push_back("appointment-reminder-" + std::to_string(i));
  record.channels.assign(std::begin(kChannels), std::end(kChannels));
  record.effective = noon();
  record.expires = day(1);
  record.disclosure = digest_of(1);
  record.language = "es-MX";
  record.version = std::string(64, 'v');
  record.warned = true;
  record.after = {id_of(9)};
  record.evidence = *seal_file(key, kJane, file, random);
  record.witness = *seal_text(key, kJane, std::string(kMaxText, 'w'), random);
  record.note = *seal_text(key, kJane, std::string(kMaxText, 'n'), random);
  CHECK(format(Record(record)));
}

TEST_CASE("new ids are of their form and differ") {
  testing::FakeRandom random;
  const std::string contact = new_contact_id(random);
  CHECK(is_contact_id(contact));
  CHECK(is_record_id(contact.substr(2)));
  CHECK(new_contact_id(random) != contact);
  CHECK(is_record_id(new_record_id(random)));
  CHECK(!is_record_id(contact));
  CHECK(!is_contact_id(new_record_id(random)));
}

TEST_CASE("a disclosure of any length is cut into records and put together again") {
  std::string text;
  for (int i = 0; text.size() < 20'000; ++i)
    text += "\"l\u00ednea\" " + std::to_string(i) + "\n\xF0\x9F\x93\xA8";
  const auto parts = split_disclosure(text);
  REQUIRE(parts);
  CHECK(parts->size() >= 7);
  for (const DisclosureRecord& part : *parts) CHECK(format(Record(part)));
  CHECK(*join_disclosure(*parts) == text);
  CHECK(*join_disclosure(*split_disclosure("short")) == "short");
  // Whatever the text: line ends take two bytes in a record.
  for (const DisclosureRecord& part : *split_disclosure(std::string(9'000, '\n'))) {
    CHECK(format(Record(part)));
  }
}

TEST_CASE("parts that do not make their disclosure are refused") {
  const auto whole = *split_disclosure(std::string(7'000, 'x'));
  REQUIRE(whole.size() == 3);
  auto broken = [&](auto change) {
    auto parts = whole;
    change(parts);
    const auto text = join_disclosure(parts);
    return !text && text.error().code == base::Code::kVerificationFailed;
  };
  CHECK(broken([](auto& parts) { parts.pop_back(); }));
  CHECK(broken([](auto& parts) { std::swap(parts[0], parts[1]); }));
  CHECK(broken([](auto& parts) { parts[2].text += "x"; }));
  CHECK(broken([](auto& parts) { parts[1].sha256 = digest_of(1); }));
  CHECK(broken([](auto& parts) { parts.clear(); }));
  CHECK(!split_disclosure(""));
  CHECK(!split_disclosure("bell\x07"));
  CHECK(!split_disclosure("\xff"));
  CHECK(!split_disclosure(std::string(200'000, 'x')));
}
