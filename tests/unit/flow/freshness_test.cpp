// What of a relay's word on the time counts.
#include "flow/freshness.hpp"

#include <doctest/doctest.h>

#include "text/time.hpp"

using namespace sealpost;
using flow::doubt_about;
using namespace std::chrono_literals;

namespace {

const base::Time kNoon = text::parse_time("2026-11-21T12:00:00Z").value();

}  // namespace

TEST_CASE("a time of now counts, also one that clocks a little apart can explain") {
  CHECK(doubt_about(kNoon, std::nullopt, kNoon).empty());
  CHECK(doubt_about(kNoon, kNoon - 1h, kNoon).empty());
  CHECK(doubt_about(kNoon + 5min, kNoon, kNoon).empty());
  CHECK(doubt_about(kNoon - 5min, kNoon, kNoon).empty());
}

TEST_CASE("an old time counts when it is the newest that was ever shown") {
  CHECK(doubt_about(kNoon - 24h, std::nullopt, kNoon).empty());
}

TEST_CASE("no time, one that lies ahead, and one that went back do not count") {
  CHECK(doubt_about(std::nullopt, kNoon, kNoon).find("older version") != std::string::npos);
  CHECK(doubt_about(kNoon + 301s, std::nullopt, kNoon).find("one of the clocks is wrong") !=
        std::string::npos);
  CHECK(doubt_about(kNoon - 301s, kNoon, kNoon + 1h).find("old states again") != std::string::npos);
}
