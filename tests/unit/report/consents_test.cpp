#include <doctest/doctest.h>

#include "sample.hpp"

using namespace sealpost;
using namespace sealpost::report;

namespace {

using Lines = std::vector<std::string>;

// The reason of the one problem with this row of contact, purpose, channel, method and more.
std::string problem_with(std::string_view header, std::string_view row) {
  const Read read = read_back(Format::kCsv, std::string(header) + "\n" + std::string(row) + "\n");
  REQUIRE(read.result);
  REQUIRE(read.problems.size() == 1);
  CHECK(read.consents.empty());
  CHECK(read.problems[0].starts_with("line 2: "));
  return read.problems[0].substr(8);
}

bool has(const std::string& text, std::string_view part) {
  CAPTURE(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("whatever is written is read back whole, in every format") {
  for (const Format format : {Format::kCsv, Format::kJsonLines, Format::kFhir}) {
    CAPTURE(static_cast<int>(format));
    const Read read = read_back(format, written(format, samples()));
    REQUIRE_MESSAGE(read.result, (read.result ? "" : read.result.error().text));
    CHECK(read.problems == Lines{});
    CHECK(read.consents == samples());
  }
}

TEST_CASE("pauses are written and read back whole, in every format") {
  for (const Format format : {Format::kCsv, Format::kJsonLines, Format::kFhir}) {
    const Read read = read_back(format, written(format, samples_with_pauses()));
    CHECK(read.problems == Lines{});
    CHECK(read.consents == samples_with_pauses());
  }
}

TEST_CASE("when a grant became inactive is kept in FHIR") {
  Grant grant = full_grant();
  grant.ended = day(7);
  const std::string text = written(Format::kFhir, {grant});
  CHECK(has(text, R"("meta":{"lastUpdated":"2026-11-28T12:00:00Z"})"));
  CHECK(read_back(Format::kFhir, text).consents == std::vector<Consent>{grant});
}

TEST_CASE("who does not know a pause of ours reads in FHIR that everything is denied") {
  const std::string text = written(Format::kFhir, {small_pause(), full_pause()});
  CHECK(has(text, R"("status":"active")"));
  CHECK(has(text, R"("status":"inactive")"));
  CHECK(has(text, R"("provision":{"type":"deny"})"));
  CHECK(!has(text, "permit"));
}

TEST_CASE("a pause has words, and was decided in one of two ways or not") {
  const std::string header = "type,contact,word,decision,received-by";
  CHECK(has(problem_with(header, "pause,j,,,"), "without words"));
  CHECK(has(problem_with(header, "pause,j,no more,perhaps,"), "\"decision\""));
  CHECK(has(problem_with(header, "pause,j,no more,,pigeon"), "channel"));
  CHECK(has(problem_with(header, "pause,j," + std::string(801, 'w') + ",,"), "word"));
}

TEST_CASE("no cell of a list is a formula, and what is read back is as it was") {
  const std::vector<std::string> notes{"=cmd()",   "@SUM(1)", "\t=1", "\r=1",   "+1-555",
                                       "- paused", "'=cmd()", "''@x", "'plain", "+15550100",
                                       "-5",       "1+1",     "'",    "''",     "+"};
  std::vector<Consent> consents;
  for (const std::string& note : notes) {
    Grant grant = small_grant();
    grant.note = note;
    consents.emplace_back(grant);
  }
  const std::string text = written(Format::kCsv, consents);
  CHECK(read_back(Format::kCsv, text).consents == consents);
  for (const char* cell :
       {",'=cmd()", ",'@SUM(1)", "'\t=1", "'\r=1", ",'+1-555", ",'- paused", ",''=cmd()",
        "''"
        "'@x",
        ",'plain,", "\"+15550100\"", "\"-5\"", ",1+1,", ",',", ",'',"}) {
    CHECK(has(text, cell));
  }
  for (const char* formula : {",=cmd", "\"=cmd", ",@", "\"@", "\"\t", "\"\r", "\"+1-", "\"- "}) {
    CHECK(text.find(formula) == std::string::npos);
  }
}

TEST_CASE("a list that people wrote is read") {
  const Read read = read_back(Format::kCsv,
                              "contact,purpose,channel,method,expires\n"
                              "jane-doe,billing,link-sms,paper,2027-11-21\n"
                              "joe,billing; test-results,link-sms phone,verbal,\n");
  REQUIRE(read.result);
  CHECK(read.problems == Lines{});
  REQUIRE(read.consents.size() == 2);
  const Grant& jane = std::get<Grant>(read.consents[0]);
  CHECK(jane.contact == "jane-doe");
  CHECK(jane.id.empty());
  CHECK(jane.purposes == Lines{"billing"});
  CHECK(jane.channels == Lines{"link-sms"});
  CHECK(jane.method == "paper");
  CHECK(jane.expires == day(365) - std::chrono::hours(12));
  CHECK(jane.active);
  const Grant& joe = std::get<Grant>(read.consents[1]);
  CHECK(joe.purposes == Lines{"billing", "test-results"});
  CHECK(joe.channels == Lines{"link-sms", "phone"});
  CHECK(!joe.expires);
  CHECK(read.places == Lines{"line 2", "line 3"});
}

TEST_CASE("a bad row is told with its line and reason, and the rest is taken") {
  const Read read = read_back(Format::kCsv,
                              "contact,purpose,channel,method,expires\n"
                              "jane-doe,billing,link-sms,paper,soon\n"
                              "joe,\"billing,link-sms\n"
                              "jim,billing,link-sms,paper\n"
                              "kim,billing,link-sms,paper,\n");
  REQUIRE(read.result);
  CHECK(read.problems == Lines{"line 2: its \"expires\" is no date like 2027-11-21",
                               "line 3: a quotation mark is not closed",
                               "line 4: it has 4 fields, not 5"});
  CHECK(read.places == Lines{"line 5"});
}

TEST_CASE("every rule of a consent is kept when one is read") {
  const std::string header = "contact,purpose,channel,method";
  CHECK(has(problem_with(header, ",billing,link-sms,paper"), "no \"contact\""));
  CHECK(has(problem_with(header, "j,,link-sms,paper"), "without a purpose"));
  CHECK(has(problem_with(header, "j,Billing,link-sms,paper"), "a purpose that is none"));
  CHECK(has(problem_with(header, "j,a;a,link-sms,paper"), "a purpose twice"));
  CHECK(has(problem_with(header, "j,billing,,paper"), "without a channel"));
  CHECK(has(problem_with(header, "j,billing,pigeon,paper"), "a channel that is none"));
  CHECK(has(problem_with(header, "j,billing,sms,"), "a method that is none"));
  CHECK(has(problem_with(header, "j,billing,sms,telepathy"), "a method that is none"));
  const auto with = [&](std::string_view column, std::string_view value) {
    return problem_with(header + "," + std::string(column),
                        "j,billing,sms,paper," + std::string(value));
  };
  CHECK(has(with("type", "maybe"), "none of grant, revoke and pause"));
  CHECK(has(with("effective", "2027-13-01"), "\"effective\""));
  CHECK(has(with("effective,expires", "2027-02-02,2027-02-01"), "expires before"));
  CHECK(has(with("disclosure", "00"), "\"disclosure\""));
  CHECK(has(with("language", "e"), "language"));
  CHECK(has(with("warned", "perhaps"), "\"warned\""));
  CHECK(has(with("witness", std::string(801, 'w')), "witness"));
  CHECK(has(with("note", std::string(801, 'n')), "note"));
  CHECK(has(with("evidence", "scan.pdf"), "evidence-sha256"));
  CHECK(has(with("evidence-sha256", std::string(63, '0')), "evidence-sha256"));
  CHECK(has(with("evidence-sha256,evidence-size", std::string(64, '0') + ",big"), "evidence-size"));
  CHECK(has(with("after", "yesterday"), "revocation"));
  CHECK(has(with("active", "perhaps"), "\"active\""));
  CHECK(has(with("because", "whim"), "\"because\""));
  CHECK(has(with("by", std::string(501, 'b')), "collector"));
  CHECK(has(with("evidence,evidence-sha256", std::string(256, 'n') + "," + std::string(64, '0')),
            "255 bytes"));
}

TEST_CASE("a list with unknown or missing columns is refused as a whole") {
  Read read = read_back(Format::kCsv, "contact,purpose,chanel\n");
  REQUIRE(!read.result);
  CHECK(read.result.error().code == base::Code::kMalformed);
  CHECK(has(read.result.error().text, "\"chanel\""));
  CHECK(has(read.result.error().hint, "channel"));
  read = read_back(Format::kCsv, "purpose,channel,method\n");
  REQUIRE(!read.result);
  CHECK(has(read.result.error().text, "\"contact\" is missing"));
}

TEST_CASE("JSON Lines take lists, truth and numbers as what they are") {
  const std::string text = written(Format::kJsonLines, {full_grant()});
  CHECK(
      has(text,
          R"({"type":"grant","contact":"jane-doe","purpose":["billing","appointment-reminder"])"));
  CHECK(has(text, R"("warned":true)"));
  CHECK(has(text, R"("evidence-size":5368709120)"));
  CHECK(has(text, R"("active":false)"));
  const Read read = read_back(
      Format::kJsonLines,
      "{\"contact\":\"jane\",\"purpose\":\"billing\",\"channel\":[\"sms\"],\"method\":\"web\"}\r\n"
      "\n"
      "[]\n"
      "{\"contact\":\"jane\",\n"
      "{\"contact\":\"jane\",\"why\":1}\n"
      "{\"contact\":1}\n"
      "{\"contact\":\"jane\",\"purpose\":[1]}\n" +
          std::string(300'000, ' ') + "\n{\"type\":\"revoke\",\"contact\":\"jane\",\"word\":null}");
  REQUIRE(read.result);
  CHECK(read.problems ==
        Lines{"line 3: it is no JSON object", "line 4: it is not valid JSON",
              "line 5: there is no field \"why\"", "line 6: \"contact\" is of another type",
              "line 7: \"purpose\" is not a list of texts", "line 8: it is longer than 256 KiB"});
  CHECK(read.places == Lines{"line 1", "line 9"});
  CHECK(std::get<Grant>(read.consents[0]).purposes == Lines{"billing"});
  CHECK(std::get<Revocation>(read.consents[1]).purposes.empty());
}

TEST_CASE("an empty list has its frame") {
  CHECK(written(Format::kCsv, {}).starts_with("contact,purpose,channel,method,expires,"));
  CHECK(written(Format::kJsonLines, {}).empty());
  for (const Format format : {Format::kCsv, Format::kJsonLines, Format::kFhir}) {
    const Read read = read_back(format, written(format, {}));
    CHECK(read.result);
    CHECK(read.consents.empty());
  }
}

TEST_CASE("what the taker of a consent says against it ends the reading") {
  const std::string text = written(Format::kCsv, samples());
  base::MemorySource source(base::as_bytes(text));
  int taken = 0;
  const auto result = read_consents(Format::kCsv, source,
                                    {[&](const Consent&, const std::string&) -> base::Result<void> {
                                       if (++taken == 2)
                                         return base::Error{base::Code::kInterrupted, "", ""};
                                       return {};
                                     },
                                     [](const Problem&) {}});
  CHECK(result.error().code == base::Code::kInterrupted);
  CHECK(taken == 2);
}

TEST_CASE("formats have names") {
  CHECK(format_from_name("csv") == Format::kCsv);
  CHECK(format_from_name("jsonl") == Format::kJsonLines);
  CHECK(format_from_name("fhir") == Format::kFhir);
  CHECK(!format_from_name("xml"));
}
