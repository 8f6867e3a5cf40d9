// The one filter: what it lets through, and its form as a URL query.
#include "audit/filter.hpp"

#include <doctest/doctest.h>

#include "support/fakes.hpp"

namespace sealpost::audit {
namespace {

using base::Code;
using std::chrono::milliseconds;
using std::chrono::seconds;

base::Time noon() { return testing::FakeClock().now(); }

Event read_event() {
  Event event;
  event.at = noon();
  event.event = "message.read";
  event.actor = "mercy.example/dr.lee/laptop";
  event.message = "0193-4";
  event.objects = {"mercy.example/nurse.kim/phone"};
  event.purpose = "test-results";
  event.address = "192.0.2.7";
  return event;
}

template <typename Change>
bool lets_through(Change change) {
  Filter filter;
  change(filter);
  return matches(filter, 12, read_event());
}

void refuse(std::string_view query) {
  CAPTURE(query);
  const auto filter = parse_query(query);
  REQUIRE_FALSE(filter);
  CHECK(filter.error().code == Code::kUsage);
  CHECK_FALSE(filter.error().text.empty());
}

}  // namespace

TEST_CASE("an empty filter lets everything through") {
  CHECK(lets_through([](Filter&) {}));
}

TEST_CASE("an event is named exactly, or by its beginning and a star") {
  for (const char* pattern : {"message.read", "message.*", "m*", "*", "message.read*"}) {
    CHECK(lets_through([&](Filter& f) { f.event = pattern; }));
  }
  for (const char* pattern :
       {"message.send", "message.rea", "message.", "read", "*.read", "member.*"}) {
    CHECK_FALSE(lets_through([&](Filter& f) { f.event = pattern; }));
  }
}

TEST_CASE("an actor is a user or a whole device name, never a part of one") {
  for (const char* actor : {"dr.lee", "mercy.example/dr.lee/laptop"}) {
    CHECK(lets_through([&](Filter& f) { f.actor = actor; }));
  }
  for (const char* actor : {"dr", "lee", "laptop", "mercy.example", "mercy.example/dr.lee",
                            "dr.lee/laptop", "mercy.example/dr.lee/phone"}) {
    CHECK_FALSE(lets_through([&](Filter& f) { f.actor = actor; }));
  }
  Event relay = read_event();
  relay.actor = "mercy.example/relay";
  Filter filter;
  filter.actor = "relay";
  CHECK_FALSE(matches(filter, 0, relay));
  filter.actor = "mercy.example/relay";
  CHECK(matches(filter, 0, relay));
}

TEST_CASE("an object is the message or one of the objects") {
  CHECK(lets_through([](Filter& f) { f.object = "0193-4"; }));
  CHECK(lets_through([](Filter& f) { f.object = "mercy.example/nurse.kim/phone"; }));
  CHECK_FALSE(lets_through([](Filter& f) { f.object = "0193"; }));
  CHECK_FALSE(lets_through([](Filter& f) { f.object = "mercy.example/dr.lee/laptop"; }));
}

TEST_CASE("purpose, outcome and address are compared whole") {
  CHECK(lets_through([](Filter& f) { f.purpose = "test-results"; }));
  CHECK_FALSE(lets_through([](Filter& f) { f.purpose = "test"; }));
  CHECK(lets_through([](Filter& f) { f.outcome = Outcome::kSuccess; }));
  CHECK_FALSE(lets_through([](Filter& f) { f.outcome = Outcome::kRefused; }));
  CHECK(lets_through([](Filter& f) { f.address = "192.0.2.7"; }));
  CHECK_FALSE(lets_through([](Filter& f) { f.address = "192.0.2.70"; }));
}

TEST_CASE("since is inclusive, until and after are exclusive") {
  CHECK(lets_through([](Filter& f) { f.since = noon(); }));
  CHECK_FALSE(lets_through([](Filter& f) { f.since = noon() + milliseconds(1); }));
  CHECK(lets_through([](Filter& f) { f.until = noon() + milliseconds(1); }));
  CHECK_FALSE(lets_through([](Filter& f) { f.until = noon(); }));
  CHECK(lets_through([](Filter& f) { f.after = 11; }));
  CHECK_FALSE(lets_through([](Filter& f) { f.after = 12; }));
}

TEST_CASE("all given parts must match") {
  CHECK(lets_through([](Filter& f) {
    f.event = "message.*";
    f.actor = "dr.lee";
  }));
  CHECK_FALSE(lets_through([](Filter& f) {
    f.event = "message.*";
    f.actor = "nurse.kim";
  }));
}

TEST_CASE("a filter survives its form as a query") {
  Filter filter;
  CHECK(to_query(filter).empty());
  filter.event = "message.*";
  filter.actor = "mercy.example/dr.lee/laptop";
  filter.object = "a&b=c ü%";
  filter.purpose = "test-results";
  filter.outcome = Outcome::kRefused;
  filter.address = "2001:db8::1";
  filter.since = noon();
  filter.until = noon() + seconds(1);
  filter.after = 12;
  const std::string query = to_query(filter);
  CHECK(query ==
        "event=message.%2A&actor=mercy.example%2Fdr.lee%2Flaptop&object=a%26b%3Dc%20%C3%BC%25&"
        "purpose=test-results&outcome=refused&address=2001%3Adb8%3A%3A1&"
        "since=2026-11-21T12%3A00%3A00Z&until=2026-11-21T12%3A00%3A01Z&after=12");
  const auto parsed = parse_query(query);
  REQUIRE(parsed);
  CHECK(parsed->event == filter.event);
  CHECK(parsed->actor == filter.actor);
  CHECK(parsed->object == filter.object);
  CHECK(parsed->purpose == filter.purpose);
  CHECK(parsed->outcome == filter.outcome);
  CHECK(parsed->address == filter.address);
  CHECK(parsed->since == filter.since);
  CHECK(parsed->until == filter.until);
  CHECK(parsed->after == filter.after);
  CHECK(to_query(*parse_query("")).empty());
}

TEST_CASE("bounds within a second mean the same events after they became a query") {
  for (auto offset : {milliseconds(-1), milliseconds(0), milliseconds(1), milliseconds(999)}) {
    Filter filter;
    filter.since = noon() + offset;
    CHECK(matches(filter, 0, read_event()) ==
          matches(*parse_query(to_query(filter)), 0, read_event()));
    filter = {};
    filter.until = noon() + offset;
    CHECK(matches(filter, 0, read_event()) ==
          matches(*parse_query(to_query(filter)), 0, read_event()));
  }
}

TEST_CASE("a query out of form is a usage error") {
  for (const char* query : {"event",
                            "event=",
                            "=",
                            "&",
                            "event=message.read&",
                            "event=message.read&event=message.read",
                            "event=message.rea",
                            "event=**",
                            "colour=red",
                            "limit=5",
                            "Event=message.read",
                            "actor=",
                            "actor=%",
                            "actor=%4",
                            "actor=%zz",
                            "actor=%0a",
                            "actor=%ff",
                            "actor=%1b",
                            "outcome=fine",
                            "outcome=",
                            "since=yesterday",
                            "since=2026-11-21",
                            "until=",
                            "after=-1",
                            "after=",
                            "after=01",
                            "after=18446744073709551616",
                            "purpose=%E2%80%AE"}) {
    refuse(query);
  }
}

TEST_CASE("an event pattern must match something") {
  CHECK(*parse_event_pattern("message.*") == "message.*");
  CHECK(*parse_event_pattern("org.create") == "org.create");
  for (const char* pattern : {"", "message", "messages.*", "mess*age"}) {
    CHECK(parse_event_pattern(pattern).error().code == Code::kUsage);
  }
}

}  // namespace sealpost::audit
