#include <doctest/doctest.h>

#include "report/contacts.hpp"

using namespace sealpost;
using namespace sealpost::report;

namespace {

using Lines = std::vector<std::string>;

const std::vector<Person> kPeople{
    {"jane-doe", {{"name", "Doe, Jane"}, {"phone", "+15551234567"}, {"language", "es"}}},
    {"joe", {}},
    {"c-00112233445566778899aabbccddeeff",
     {{"email", "a@example.org"},
      {"birthdate", "1931-02-28"},
      {"representative", "Jim"},
      {"authority", "parent"}}}};

std::string written(Format format, const std::vector<Person>& people) {
  base::MemorySink sink;
  PersonWriter writer(format, sink);
  for (const Person& person : people) REQUIRE(writer.write(person));
  REQUIRE(writer.finish());
  return std::string(base::as_text(sink.bytes()));
}

struct Read {
  std::vector<Person> people;
  Lines problems;
  base::Result<void> result;
};

Read read_back(Format format, std::string_view text) {
  Read read;
  base::MemorySource source(base::as_bytes(text));
  read.result = read_people(format, source,
                            {[&](Person person, const std::string&) -> base::Result<void> {
                               read.people.push_back(std::move(person));
                               return {};
                             },
                             [&](const Problem& problem) {
                               read.problems.push_back(problem.place + ": " + problem.reason);
                             }});
  return read;
}

}  // namespace

TEST_CASE("contacts are written as a list, and read back whole") {
  CHECK(written(Format::kCsv, kPeople) ==
        "id,name,phone,email,language,birthdate,representative,authority\r\n"
        "jane-doe,\"Doe, Jane\",\"+15551234567\",,es,,,\r\n"
        "joe,,,,,,,\r\n"
        "c-00112233445566778899aabbccddeeff,,,a@example.org,,1931-02-28,Jim,parent\r\n");
  CHECK(written(Format::kJsonLines, {kPeople[0]}) ==
        "{\"type\":\"contact-row\",\"id\":\"jane-doe\",\"name\":\"Doe, Jane\","
        "\"phone\":\"+15551234567\",\"language\":\"es\"}\n");
  for (const Format format : {Format::kCsv, Format::kJsonLines}) {
    const Read read = read_back(format, written(format, kPeople));
    REQUIRE(read.result);
    CHECK(read.problems == Lines{});
    CHECK(read.people == kPeople);
  }
  CHECK(written(Format::kCsv, {}) ==
        "id,name,phone,email,language,birthdate,representative,authority\r\n");
}

TEST_CASE("contacts out of form are told by line and reason") {
  const Read read = read_back(Format::kCsv,
                              "\xEF\xBB\xBFid,name,phone,email,language\r\n"
                              "jane-doe,Jane,+15551234567,jane@example.org,es\r\n"
                              "Joe Roe,,,,\r\n"
                              "joe,,555-1234,,\r\n"
                              ",Jim,,,\r\n"
                              "kim,\"Kim\r\n"
                              "lee,Lee,,,\r\n");
  REQUIRE(read.result);
  CHECK(read.problems == Lines{"line 3: \"alias\" of a contact is lower-case letters, digits, "
                               "dots, dashes and underscores",
                               "line 4: \"phone\" of a contact is a plus sign and 6 to 15 digits",
                               "line 5: it has no \"id\"",
                               "line 6: a quotation mark is not closed"});
  REQUIRE(read.people.size() == 2);
  CHECK(read.people[0].id == "jane-doe");
  CHECK(read.people[1].id == "lee");
}

TEST_CASE("a list of contacts without ids, or with unknown columns, is refused") {
  CHECK(!read_back(Format::kCsv, "name\nJane\n").result);
  CHECK(!read_back(Format::kCsv, "id,ssn\nj,1\n").result);
  CHECK(read_back(Format::kJsonLines, "{\"id\":\"j\",\"ssn\":\"1\"}").problems ==
        Lines{"line 1: there is no field \"ssn\""});
}
