#include <doctest/doctest.h>

#include "sample.hpp"

using namespace sealpost;
using namespace sealpost::message;

namespace {

// sealpost-message(5), HEADER.
constexpr std::string_view kGolden =
    "sealpost/v1/message\n"
    "id: 019aa640-7e38-7000-8000-0123456789ab\n"
    "from: mercy.example/dr.lee/laptop\n"
    "to: mercy.example/nurse.kim\n"
    "to: mercy.example/olivia\n"
    "sent: 2026-11-21T12:00:00Z\n"
    "expires: 2026-12-21T12:00:00Z\n"
    "purpose: test-results\n"
    "subject: Potassium\n"
    "content-type: text/plain; charset=utf-8\n"
    "body-length: 11\n"
    "body-sha256: 6464646464646464646464646464646464646464646464646464646464646464\n"
    "log: 4711 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
    "trust: 12 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n"
    "attachment: 00112233445566778899aabbccddeeff 1048576 1048997 "
    "1717171717171717171717171717171717171717171717171717171717171717 "
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= application/dicom scan%201.dcm\n";

std::string replaced(std::string_view what, std::string_view with) {
  std::string text(kGolden);
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

bool says(const base::Result<Header>& result, std::string_view words) {
  return !result && result.error().code == base::Code::kMalformed &&
         result.error().text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a header is written as the manual shows") {
  CHECK(*format_header(sample_header()) == kGolden);
}

TEST_CASE("a header is read back whole") {
  const auto header = parse_header(kGolden);
  REQUIRE(header);
  CHECK(header->to == sample_header().to);
  CHECK(header->subject == "Potassium");
  CHECK(!header->thread);
  CHECK(header->sent == sample_header().sent);
  CHECK(header->log == sample_header().log);
  REQUIRE(header->attachments.size() == 1);
  CHECK(header->attachments[0].name == "scan 1.dcm");
  CHECK(header->attachments[0].root == digest_of(0x17));
  CHECK(*format_header(*header) == kGolden);
}

TEST_CASE("a header without its optional fields is read back, too") {
  Header header = sample_header();
  header.subject.reset();
  header.thread = "019aa640-7e38-7000-8000-0123456789ac";
  header.attachments.clear();
  const auto again = parse_header(*format_header(header));
  REQUIRE(again);
  CHECK(!again->subject);
  CHECK(again->thread == header.thread);
  CHECK(again->attachments.empty());
}

TEST_CASE("every field must be there, once, in its place and in its only spelling") {
  CHECK(says(parse_header(replaced("sealpost/v1/message", "sealpost/v1/receipt")), "kind"));
  CHECK(says(parse_header(replaced("sealpost/v1/message", "sealpost/v2/message")), "version 1"));
  CHECK(!parse_header(replaced("purpose: test-results\n", "")));
  CHECK(!parse_header(replaced("purpose:", "purpose: billing\npurpose:")));
  CHECK(!parse_header(replaced("purpose:", "colour: blue\npurpose:")));
  CHECK(
      says(parse_header(replaced("subject: Potassium\ncontent-type: text/plain; charset=utf-8\n",
                                 "content-type: text/plain; charset=utf-8\nsubject: Potassium\n")),
           "out of order"));
  CHECK(!parse_header(replaced("12:00:00Z\nexp", "12:00:00.5Z\nexp")));
  CHECK(says(parse_header(replaced("scan%201", "scan%20%31")), "spelled otherwise"));
  CHECK(!parse_header(replaced("body-length: 11", "body-length: 011")));
  CHECK(!parse_header(std::string(kGolden) + "\n"));
  CHECK(!parse_header(kGolden.substr(0, kGolden.size() - 1)));
  CHECK(!parse_header(""));
}

TEST_CASE("values out of form are refused with their reason") {
  CHECK(says(parse_header(replaced("019aa640", "019AA640")), "id is no UUID"));
  CHECK(says(parse_header(replaced("dr.lee/laptop", "dr.lee/lap top")), "sender is no name"));
  CHECK(says(parse_header(replaced("olivia", "nurse.kim")), "twice"));
  CHECK(says(parse_header(replaced("to: mercy.example/nurse.kim\nto: mercy.example/olivia\n", "")),
             "without a recipient"));
  CHECK(says(parse_header(replaced("2026-12-21", "2026-11-21")), "expires before"));
  CHECK(says(parse_header(replaced("test-results", "Test")), "purpose"));
  CHECK(says(parse_header(replaced("Potassium",
                                   "\xe2\x80\xae"
                                   "muissatoP")),
             "subject"));
  CHECK(says(parse_header(replaced("Potassium", std::string(201, 'x'))), "subject"));
  CHECK(says(parse_header(replaced("body-length: 11", "body-length: 4194305")), "body"));
}

TEST_CASE("an attachment out of form is refused with its reason") {
  CHECK(says(parse_header(replaced("00112233", "0011223")), "32 hex digits"));
  CHECK(says(parse_header(replaced("aabbccddeeff", "AABBCCDDEEFF")), "32 hex digits"));
  CHECK(says(parse_header(replaced("1048997", "1048998")), "two sizes"));
  CHECK(says(parse_header(replaced("1048576", "1048577")), "two sizes"));
  CHECK(
      says(parse_header(replaced("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "AAEC")), "key"));
  CHECK(says(parse_header(replaced("application/dicom", "dicom")), "media type"));
  CHECK(says(parse_header(replaced(" scan%201.dcm", " ")), "without a name"));
  CHECK(says(parse_header(replaced(" scan%201.dcm", "")), "seven parts"));
  CHECK(says(parse_header(replaced("scan%201.dcm", std::string(256, 'x'))), "255 bytes"));
  CHECK(says(parse_header(replaced("1048576 1048997", "137438953473 137472507982")), "too large"));
}

TEST_CASE("what cannot stand in a header is not written either") {
  Header header = sample_header();
  header.subject = "two\nlines";
  CHECK(!format_header(header));
  header = sample_header();
  header.to.assign(1001, "");
  for (std::size_t i = 0; i < header.to.size(); ++i)
    header.to[i] = "m.example/u" + std::to_string(i);
  CHECK(!format_header(header));
  header.to.pop_back();
  CHECK(format_header(header));
  header.attachments.assign(257, sample_attachment());
  CHECK(!format_header(header));
  header.attachments.pop_back();
  CHECK(format_header(header));
}

TEST_CASE("a file name may hold any bytes and comes back as it was") {
  Header header = sample_header();
  header.attachments[0].name = "../\xff\n\xe2\x80\xae %41.exe";
  const auto again = parse_header(*format_header(header));
  REQUIRE(again);
  CHECK(again->attachments[0].name == header.attachments[0].name);
}
