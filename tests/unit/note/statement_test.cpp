// The grammar of statements: one text for one meaning, and nothing unknown passes.
#include "note/statement.hpp"

#include <doctest/doctest.h>

#include "support/fakes.hpp"

namespace sealpost::note {
namespace {

using base::Code;

constexpr std::string_view kReceipt =
    "sealpost/v1/receipt\n"
    "message: 0193-4\n"
    "state: read\n"
    "to: a\n"
    "to: b\n"
    "count: 17\n"
    "at: 2026-11-21T12:00:00Z\n"
    "log: 4711 AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    "sha: 0200000000000000000000000000000000000000000000000000000000000000\n";

StatementReader reader(const std::string& fields) {
  return *StatementReader::open("sealpost/v1/test\n" + fields, "test");
}

template <typename T>
void refused(const base::Result<T>& result, std::string_view reason) {
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::kMalformed);
  CHECK(result.error().text == reason);
}

void refuse_open(std::string_view text, std::string_view reason) {
  CAPTURE(text);
  refused(StatementReader::open(text, "test"), reason);
}

}  // namespace

TEST_CASE("a statement is written in the order of its fields and read back by name") {
  const auto text = StatementBuilder("receipt")
                        .add("message", "0193-4")
                        .add("state", "read")
                        .add("to", "a")
                        .add("to", "b")
                        .add_optional("note", std::nullopt)
                        .add("count", 17)
                        .add_time("at", testing::FakeClock().now())
                        .add("log", format_view({4711, {1}}))
                        .add_digest("sha", {2})
                        .text();
  REQUIRE(text);
  CHECK(*text == kReceipt);
  CHECK(*statement_kind(*text) == "receipt");

  auto fields = StatementReader::open(*text, "receipt");
  REQUIRE(fields);
  CHECK(*fields->digest("sha") == crypto::Digest{2});
  CHECK(*fields->one("message") == "0193-4");
  CHECK(*fields->all("to") == std::vector<std::string>{"a", "b"});
  CHECK(*fields->number("count") == 17);
  CHECK(*fields->time("at") == testing::FakeClock().now());
  CHECK(*fields->view("log") == View{4711, {1}});
  CHECK(*fields->maybe("note") == std::nullopt);
  CHECK(fields->all("note")->empty());
  refused(fields->finish(), "\"state\" is not a field of this statement");
  CHECK(*fields->maybe("state") == "read");
  CHECK(fields->finish());
}

TEST_CASE("a value may hold colons, spaces and any letters") {
  const auto text =
      StatementBuilder("test").add("subject", " Befund: größer als 5: ärztlich ").text();
  REQUIRE(text);
  CHECK(*StatementReader::open(*text, "test")->one("subject") ==
        " Befund: größer als 5: ärztlich ");
}

TEST_CASE("a builder refuses what a statement cannot hold, naming the field") {
  const auto build = [](std::string_view key, std::string_view value) {
    return StatementBuilder("test").add("first", "1").add(key, value).add("last", "9").text();
  };
  refused(build("subject", ""), "\"subject\" is empty");
  refused(build("subject", "two\nlines"), "\"subject\" holds a control character");
  refused(build("subject", "bell\a"), "\"subject\" holds a control character");
  refused(build("subject", std::string_view("nul\0", 4)), "\"subject\" holds a control character");
  refused(build("subject", "delete\x7f"), "\"subject\" holds a control character");
  refused(build("subject", "next line\u0085"), "\"subject\" holds a control character");
  refused(build("subject", "bad \xff"), "\"subject\" is not UTF-8");
  refused(build("subject", "cut \xc2"), "\"subject\" is not UTF-8");
  refused(build("subject", std::string(kMaxValueSize + 1, 'x')), "\"subject\" is too long");
  CHECK(build("subject", std::string(kMaxValueSize, 'x')));
  CHECK(build("subject", "no-break\u00a0space"));
  for (std::string_view key : {"", "Subject", "sub ject", "sub_ject", "subject:", "s\xc3\xbc"}) {
    CAPTURE(key);
    CHECK(build(key, "x").error().code == Code::kMalformed);
  }
  refused(StatementBuilder("two words").text(),
          "a statement's kind is lower-case letters, digits and dashes");
  refused(StatementBuilder("").text(),
          "a statement's kind is lower-case letters, digits and dashes");
}

TEST_CASE("a statement that grows too long is refused on both sides") {
  StatementBuilder builder("test");
  const std::string value(kMaxValueSize, 'x');
  std::string text = "sealpost/v1/test\n";
  for (std::size_t i = 0; i <= kMaxStatementSize / kMaxValueSize; ++i) {
    builder.add("a", value);
    text += "a: " + value + "\n";
  }
  refused(builder.text(), "a statement that is too long");
  refuse_open(text, "a statement that is too long");
}

TEST_CASE("a text out of form is no statement, for its own reason") {
  refuse_open("", "a statement that ends within a line");
  refuse_open("sealpost/v1/test", "a statement that ends within a line");
  refuse_open("sealpost/v2/test\n", "not a sealpost statement of version 1");
  refuse_open("Sealpost/v1/test\n", "not a sealpost statement of version 1");
  refuse_open(" sealpost/v1/test\n", "not a sealpost statement of version 1");
  refuse_open("sealpost/v1/\n", "a statement of an impossible kind");
  refuse_open("sealpost/v1/Test\n", "a statement of an impossible kind");
  refuse_open("sealpost/v1/test \n", "a statement of an impossible kind");
  refuse_open("sealpost/v1/receipt\n", "a statement of kind \"receipt\", not \"test\"");
  refuse_open("sealpost/v1/test\na: b", "a statement that ends within a line");
  refuse_open("sealpost/v1/test\n\n", "a statement line without \": \"");
  refuse_open("sealpost/v1/test\na: b\n\nc: d\n", "a statement line without \": \"");
  refuse_open("sealpost/v1/test\na:b\n", "a statement line without \": \"");
  refuse_open("sealpost/v1/test\n: b\n",
              "a statement key that is not lower-case letters and digits");
  refuse_open("sealpost/v1/test\nA: b\n",
              "a statement key that is not lower-case letters and digits");
  refuse_open("sealpost/v1/test\n a: b\n",
              "a statement key that is not lower-case letters and digits");
  refuse_open("sealpost/v1/test\na: \n", "\"a\" is empty");
  refuse_open("sealpost/v1/test\na: b\r\n", "\"a\" holds a control character");
  refuse_open("sealpost/v1/test\na: \xff\n", "\"a\" is not UTF-8");
  refuse_open("sealpost/v1/test\na: " + std::string(kMaxValueSize + 1, 'x') + "\n",
              "\"a\" is too long");
}

TEST_CASE("a field that is missing or repeated is refused by the getter that wants one") {
  refused(reader("").one("a"), "\"a\" is missing");
  refused(reader("a: 1\na: 2\n").one("a"), "\"a\" stands more than once");
  refused(reader("a: 1\na: 1\n").maybe("a"), "\"a\" stands more than once");
  refused(reader("").number("a"), "\"a\" is missing");
}

TEST_CASE("numbers, times, hashes and views have one spelling") {
  for (const char* number : {"-1", "+1", "01", "1.0", " 1", "1 ", "18446744073709551616", "x"}) {
    refused(reader("a: " + std::string(number) + "\n").number("a"), "\"a\" is not a whole number");
  }
  CHECK(*reader("a: 18446744073709551615\n").number("a") == UINT64_MAX);
  for (const char* time : {"2026-11-21", "2026-11-21T12:00:00+00:00", "2026-11-21t12:00:00z",
                           "2026-11-21T12:00:00.000Z", "2026-11-21T12:00:00.5Z",
                           "2026-11-21T13:00:00+01:00", "1969-12-31T23:59:59Z", "now"}) {
    refused(reader("a: " + std::string(time) + "\n").time("a"), "\"a\" is not a time in UTC");
  }
  const std::string hex(62, '0');
  for (const std::string& digest : {hex, hex + "0", hex + "000", hex + "AB", hex + "0g"}) {
    refused(reader("a: " + digest + "\n").digest("a"),
            "\"a\" is not a SHA-256 hash in lower-case hexadecimal");
  }
  CHECK(reader("a: " + hex + "ab\n").digest("a"));
  for (const char* view : {"1", "1 AAAA", "01 AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                           "1  AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                           "1 AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ",
                           "1 AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB="}) {
    CAPTURE(view);
    const auto parsed = reader("a: " + std::string(view) + "\n").view("a");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == Code::kMalformed);
  }
}

TEST_CASE("whatever a reader accepts, a builder writes again byte for byte") {
  auto fields = *StatementReader::open(kReceipt, "receipt");
  StatementBuilder builder("receipt");
  builder.add("message", *fields.one("message")).add("state", *fields.one("state"));
  const auto recipients = *fields.all("to");
  for (const std::string& to : recipients) builder.add("to", to);
  builder.add("count", *fields.number("count")).add_time("at", *fields.time("at"));
  builder.add("log", format_view(*fields.view("log"))).add_digest("sha", *fields.digest("sha"));
  CHECK(*builder.text() == kReceipt);
}

}  // namespace sealpost::note
