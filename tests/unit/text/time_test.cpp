// Times and spans as people write them.
#include "text/time.hpp"

#include <doctest/doctest.h>

#include "support/fakes.hpp"
#include "text/safety.hpp"

namespace sealpost::text {
namespace {

using base::Code;
using base::milliseconds;
using base::Time;
using namespace std::chrono_literals;

Time noon() { return testing::FakeClock().now(); }

}  // namespace

TEST_CASE("times are written in UTC with whole seconds") {
  CHECK(format_time(noon()) == "2026-11-21T12:00:00Z");
  CHECK(format_time(noon() + 999ms) == "2026-11-21T12:00:00Z");
  CHECK(format_time(Time{}) == "1970-01-01T00:00:00Z");
  CHECK(format_time(*parse_time("2024-02-29T23:59:59Z")) == "2024-02-29T23:59:59Z");
  CHECK(format_time(*parse_time("9999-12-31T23:59:59Z")) == "9999-12-31T23:59:59Z");
}

TEST_CASE("RFC 3339 is read with fractions and offsets") {
  CHECK(*parse_time("2026-11-21T12:00:00Z") == noon());
  CHECK(*parse_time("2026-11-21t12:00:00z") == noon());
  CHECK(*parse_time("2026-11-21T13:30:00+01:30") == noon());
  CHECK(*parse_time("2026-11-20T23:00:00-13:00") == noon());
  CHECK(*parse_time("2026-11-21T12:00:00.5Z") == noon() + 500ms);
  CHECK(*parse_time("2026-11-21T12:00:00.123456789Z") == noon() + 123ms);
  CHECK(*parse_time("1970-01-01T00:00:00Z") == Time{});
}

TEST_CASE("a span is written as people would type it, and reads back") {
  struct Row {
    milliseconds span;
    const char* text;
  };
  for (const Row& row : {Row{30s, "30s"}, Row{90s, "90s"}, Row{15min, "15m"}, Row{4h, "4h"},
                         Row{24h, "1d"}, Row{90 * 24h, "90d"}, Row{25h, "25h"}}) {
    CAPTURE(row.text);
    CHECK(format_span(row.span) == row.text);
    CHECK(parse_span(row.text).value() == row.span);
  }
  CHECK(format_span(1999ms) == "1s");
  CHECK(format_span(0ms) == "0s");
}

TEST_CASE("a rough span has one unit, and is never longer than the span") {
  CHECK(format_rough_span(119s) == "119s");
  CHECK(format_rough_span(120s) == "2m");
  CHECK(format_rough_span(119min + 59s) == "119m");
  CHECK(format_rough_span(2h) == "2h");
  CHECK(format_rough_span(47h + 59min) == "47h");
  CHECK(format_rough_span(71h) == "2d");
}

TEST_CASE("what is no time in RFC 3339 is malformed, and its message is safe to print") {
  for (const char* text : {"",
                           "now",
                           "2026-11-21",
                           "2026-11-21 12:00:00Z",
                           "2026-11-21T12:00:00",
                           "2026-11-21T12:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-02-29T00:00:00Z",
                           "2026-11-31T00:00:00Z",
                           "2026-11-21T24:00:00Z",
                           "2026-11-21T12:60:00Z",
                           "2026-11-21T12:00:60Z",
                           "2026-11-21T12:00:00.Z",
                           "2026-11-21T12:00:00.1234567890Z",
                           "2026-11-21T12:00:00+1:00",
                           "2026-11-21T12:00:00+24:00",
                           "2026-11-21T12:00:00+01:60",
                           "2026-11-21T12:00:00Z ",
                           " 2026-11-21T12:00:00Z",
                           "2026-11-21T12:00:00ZZ",
                           "-026-11-21T12:00:00Z",
                           "2026-11-21T+2:00:00Z",
                           "1969-12-31T23:59:59Z",
                           "1970-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59-00:01",
                           "12026-11-21T12:00:00Z",
                           "2026-11-21T12:00:00\x1b[2J",
                           "٢٠٢٦-11-21T12:00:00Z"}) {
    CAPTURE(text);
    const auto time = parse_time(text);
    REQUIRE_FALSE(time);
    CHECK(time.error().code == Code::kMalformed);
    CHECK(is_plain(time.error().text));
    CHECK(time.error().text.size() < 200);
  }
  CHECK(parse_time(std::string(100000, '1')).error().text.size() < 200);
}

TEST_CASE("a span is a number and a unit") {
  CHECK(*parse_span("30s") == 30s);
  CHECK(*parse_span("15m") == 15min);
  CHECK(*parse_span("4h") == 4h);
  CHECK(*parse_span("7d") == 7 * 24h);
  CHECK(*parse_span("2w") == 14 * 24h);
  CHECK(*parse_span("0s") == 0s);
  CHECK(parse_span("36600d"));
  for (const char* text :
       {"", "s", "30", "-1s", "+1s", "1.5h", "1y", "1 s", " 1s", "1s ", "01s", "1ms", "36601d",
        "5229w", "99999999999999999999s", "9223372036854775807s"}) {
    CAPTURE(text);
    CHECK(parse_span(text).error().code == Code::kMalformed);
  }
}

TEST_CASE("a moment is a time, a date, or a span before now") {
  CHECK(*parse_moment("7d", noon()) == noon() - 7 * 24h);
  CHECK(*parse_moment("2026-11-21", noon()) == noon() - 12h);
  CHECK(*parse_moment("2026-11-21T12:00:00Z", noon()) == noon());
  CHECK(*parse_moment("100w", Time{} + 1s) == Time{});
  for (const char* text :
       {"", "yesterday", "2026-11-32", "2026-1-1", "2026/11/21", "20261121", "7"}) {
    CAPTURE(text);
    CHECK(parse_moment(text, noon()).error().code == Code::kMalformed);
  }
}

TEST_CASE("a deadline lies ahead") {
  CHECK(*parse_deadline("7d", noon()) == noon() + 7 * 24h);
  CHECK(*parse_deadline("2026-11-22", noon()) == noon() + 12h);
  CHECK(*parse_deadline("2026-11-21T12:00:01Z", noon()) == noon() + 1s);
  for (const char* text : {"0s", "2026-11-21", "2026-11-21T12:00:00Z", "2020-01-01"}) {
    CAPTURE(text);
    CHECK(parse_deadline(text, noon()).error().code == Code::kUsage);
  }
  CHECK(parse_deadline("soon", noon()).error().code == Code::kMalformed);
}

}  // namespace sealpost::text
