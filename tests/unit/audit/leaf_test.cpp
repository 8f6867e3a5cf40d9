// The canonical leaf: one event, one leaf; and nothing that could carry content.
#include <doctest/doctest.h>

#include "audit/event.hpp"
#include "support/fakes.hpp"

namespace sealpost::audit {
namespace {

using base::Code;

constexpr std::string_view kLeaf =
    R"({"actor":"mercy.example/dr.lee/laptop","address":"192.0.2.7","at":"2026-11-21T12:00:00Z",)"
    R"("details":{"sha256":"aa","statement":"bb"},"event":"message.send","message":"0193-4",)"
    R"("objects":["mercy.example/nurse.kim/phone","mercy.example/alice/pc"],)"
    R"("outcome":"success","purpose":"test-results","request":")"
    R"(0000000000000000000000000000000000000000000000000000000000000abc","v":1})";

Event full_event() {
  Event event;
  event.at = testing::FakeClock().now();
  event.event = "message.send";
  event.actor = "mercy.example/dr.lee/laptop";
  event.message = "0193-4";
  event.objects = {"mercy.example/nurse.kim/phone", "mercy.example/alice/pc"};
  event.purpose = "test-results";
  event.address = "192.0.2.7";
  event.details = {{"statement", "bb"}, {"sha256", "aa"}};
  event.request = std::string(61, '0') + "abc";
  return event;
}

Event small_event() {
  Event event;
  event.at = testing::FakeClock().now();
  event.event = "service.start";
  event.actor = "mercy.example/relay";
  return event;
}

std::string leaf_of(const Event& event) { return std::string(base::as_text(*to_leaf(event))); }

void refuse_leaf(std::string_view leaf) {
  CAPTURE(leaf);
  const auto parsed = parse_leaf(base::as_bytes(leaf));
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == Code::kMalformed);
}

std::string replaced(std::string_view what, std::string_view with) {
  std::string leaf(kLeaf);
  const std::size_t at = leaf.find(what);
  REQUIRE(at != std::string::npos);
  return leaf.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("an event has the canonical leaf of the manual") {
  CHECK(leaf_of(full_event()) == kLeaf);
  CHECK(leaf_of(small_event()) ==
        R"({"actor":"mercy.example/relay","at":"2026-11-21T12:00:00Z","event":"service.start",)"
        R"("outcome":"success","v":1})");
}

TEST_CASE("a leaf is read back into the event that it was made of") {
  const auto event = parse_leaf(base::as_bytes(kLeaf));
  REQUIRE(event);
  const Event expected = full_event();
  CHECK(event->at == expected.at);
  CHECK(event->event == expected.event);
  CHECK(event->actor == expected.actor);
  CHECK(event->message == expected.message);
  CHECK(event->objects == expected.objects);
  CHECK(event->purpose == expected.purpose);
  CHECK(event->outcome == expected.outcome);
  CHECK(event->address == expected.address);
  CHECK(event->details == expected.details);
  CHECK(event->request == expected.request);
}

TEST_CASE("every word of the vocabulary and every outcome survives writing and reading") {
  std::string_view before;
  for (const Word& word : vocabulary()) {
    CHECK(before < word.event);  // sorted, no repetition
    CHECK_FALSE(word.meaning.empty());
    before = word.event;
    for (Outcome outcome : {Outcome::kSuccess, Outcome::kRefused, Outcome::kFailed}) {
      Event event = small_event();
      event.event = word.event;
      event.outcome = outcome;
      const auto parsed = parse_leaf(*to_leaf(event));
      REQUIRE(parsed);
      CHECK(parsed->event == word.event);
      CHECK(parsed->outcome == outcome);
    }
  }
  CHECK(vocabulary().size() == 61);
  CHECK_FALSE(outcome_from_name("Success"));
}

TEST_CASE("a leaf keeps whole seconds") {
  Event event = small_event();
  event.at += std::chrono::milliseconds(999);
  CHECK(leaf_of(event) == leaf_of(small_event()));
}

TEST_CASE("a leaf in any other spelling is refused") {
  refuse_leaf("");
  refuse_leaf("{}");
  refuse_leaf("[]");
  refuse_leaf("null");
  refuse_leaf(std::string(kLeaf) + "\n");
  refuse_leaf(" " + std::string(kLeaf));
  refuse_leaf(std::string(kLeaf) + std::string(kLeaf));
  refuse_leaf(kLeaf.substr(0, kLeaf.size() - 1));
  refuse_leaf(replaced("\"v\":1", "\"v\": 1"));
  refuse_leaf(replaced("\"v\":1", "\"v\":2"));
  refuse_leaf(replaced("\"v\":1", "\"v\":1.0"));
  refuse_leaf(replaced("\"v\":1", "\"v\":\"1\""));
  refuse_leaf(replaced("\"v\":1", "\"v\":1,\"x\":1"));
  refuse_leaf(replaced(",\"v\":1", ""));
  refuse_leaf(replaced("\"v\":1", "\"v\":1,\"v\":1"));
  refuse_leaf(replaced("message.send", "message"));
  refuse_leaf(replaced("message.send", "message.Send"));
  refuse_leaf(replaced("message.send", "message..send"));
  refuse_leaf(replaced("message.send", "message\\u002esend"));
  refuse_leaf(replaced("12:00:00Z", "12:00:00.0Z"));
  refuse_leaf(replaced("2026", "1926"));
  refuse_leaf(replaced("\"success\"", "\"fine\""));
  refuse_leaf(replaced("\"0193-4\"", "\"\""));
  refuse_leaf(replaced("\"0193-4\"", "null"));
  refuse_leaf(replaced("\"0193-4\"", "4"));
  refuse_leaf(replaced("\"mercy.example/alice/pc\"", "7"));
  refuse_leaf(replaced("\"bb\"", "{\"a\":\"b\"}"));
  refuse_leaf(replaced("0abc", "0ABC"));
  refuse_leaf(
      R"({"at":"2026-11-21T12:00:00Z","actor":"a","event":"service.start","outcome":"success","v":1})");
  refuse_leaf(
      R"({"actor":"a","at":"2026-11-21T12:00:00Z","details":{},"event":"service.start","outcome":"success","v":1})");
  refuse_leaf(
      R"({"actor":"a","at":"2026-11-21T12:00:00Z","event":"service.start","objects":[],"outcome":"success","v":1})");
}

TEST_CASE("an event of a later vocabulary can be read but not written") {
  const auto parsed = parse_leaf(base::as_bytes(replaced("message.send", "message.pin")));
  REQUIRE(parsed);
  CHECK(parsed->event == "message.pin");
  CHECK(to_leaf(*parsed).error().code == base::Code::kMalformed);
}

TEST_CASE("a leaf of another version is refused as that") {
  const auto parsed = parse_leaf(base::as_bytes(replaced("\"v\":1", "\"v\":2")));
  CHECK(parsed.error().text == "an audit leaf of an unknown version");
}

TEST_CASE("no single changed byte of a leaf leaves the same event") {
  for (std::size_t i = 0; i < kLeaf.size(); ++i) {
    std::string changed(kLeaf);
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    const auto parsed = parse_leaf(base::as_bytes(changed));
    if (parsed && is_event(parsed->event)) CHECK(leaf_of(*parsed) == changed);
  }
}

TEST_CASE("an event that no leaf can hold is malformed") {
  const auto refuse = [](auto change) {
    Event event = full_event();
    change(event);
    const auto leaf = to_leaf(event);
    REQUIRE_FALSE(leaf);
    CHECK(leaf.error().code == Code::kMalformed);
  };
  refuse([](Event& e) { e.event = "message.shred"; });
  refuse([](Event& e) { e.event = ""; });
  refuse([](Event& e) { e.actor = ""; });
  refuse([](Event& e) { e.actor = "bad\xff"; });
  refuse([](Event& e) { e.message = "line\nbreak"; });
  refuse([](Event& e) { e.purpose = "\u202ereversed"; });
  refuse([](Event& e) { e.address = std::string("nul\0", 4); });
  refuse([](Event& e) { e.objects.emplace_back(); });
  refuse([](Event& e) { e.objects.emplace_back("\x1b[2J"); });
  refuse([](Event& e) { e.details["Upper"] = "x"; });
  refuse([](Event& e) { e.details["empty"] = ""; });
  refuse([](Event& e) { e.details["escape"] = "\x1b"; });
  refuse([](Event& e) { e.request = "abc"; });
  refuse([](Event& e) { e.request[0] = 'A'; });
  refuse([](Event& e) { e.at = base::Time{} - std::chrono::seconds(1); });
  refuse([](Event& e) { e.at = base::Time::max(); });
}

TEST_CASE("a leaf is at most 65,535 bytes, so that it fits an entry bundle") {
  Event event = small_event();
  const std::size_t rest = leaf_of(event).size() + std::string_view(R"("message":"",)").size();
  event.message = std::string(kMaxLeaf - rest, 'x');
  CHECK(to_leaf(event)->size() == kMaxLeaf);
  CHECK(parse_leaf(*to_leaf(event)));
  event.message += 'x';
  CHECK(to_leaf(event).error().code == Code::kMalformed);
  refuse_leaf(std::string(kMaxLeaf + 1, ' '));
}

}  // namespace sealpost::audit
