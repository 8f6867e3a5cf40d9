// The index over a log's events: it may name too many, never too few.
#include "search/event_index.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "support/fakes.hpp"

namespace sealpost::search {
namespace {

using audit::Event;
using audit::Filter;

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "index-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path file() const { return path_ / "index.db"; }

 private:
  std::filesystem::path path_;
};

template <typename Words>
const char* pick(std::mt19937& dice, const Words& words) {
  return words[dice() % std::size(words)];
}

Event random_event(std::mt19937& dice, std::uint64_t number) {
  static constexpr std::array kEvents{"message.send", "message.read",   "message.recall",
                                      "member.join",  "access.refused", "service.start"};
  static constexpr std::array kActors{"mercy.example/dr.lee/laptop", "mercy.example/dr.lee/phone",
                                      "mercy.example/kim/desk", "mercy.example/relay"};
  Event event;
  event.at = testing::FakeClock().now() + std::chrono::seconds(number);
  event.event = pick(dice, kEvents);
  event.actor = pick(dice, kActors);
  if (dice() % 2 == 0) event.message = "m" + std::to_string(number / 3);
  for (auto i = dice() % 3; i > 0; --i) event.objects.push_back("o" + std::to_string(dice() % 50));
  if (dice() % 3 == 0) event.purpose = pick(dice, std::array{"billing", "test"});
  if (dice() % 7 == 0) event.outcome = audit::Outcome::kRefused;
  if (dice() % 2 == 0) event.address = "192.0.2." + std::to_string(dice() % 20);
  return event;
}

std::vector<Event> random_events(std::uint64_t count) {
  std::mt19937 dice(7);  // NOLINT: the same ones each time
  std::vector<Event> out;
  for (std::uint64_t i = 0; i < count; ++i) out.push_back(random_event(dice, i));
  return out;
}

std::vector<Filter> filters() {
  std::vector<Filter> out;
  const auto add = [&](auto change) { change(out.emplace_back()); };
  for (const char* event : {"message.read", "message.*", "message.re*", "m*", "service.start*"}) {
    add([&](Filter& f) { f.event = event; });
  }
  for (const char* actor : {"dr.lee", "mercy.example/dr.lee/phone", "mercy.example/relay", "lee"}) {
    add([&](Filter& f) { f.actor = actor; });
  }
  for (const char* object : {"m5", "o7", "none"}) add([&](Filter& f) { f.object = object; });
  add([](Filter& f) { f.purpose = "billing"; });
  add([](Filter& f) { f.address = "192.0.2.3"; });
  add([](Filter& f) { f.outcome = audit::Outcome::kRefused; });
  add([](Filter& f) {
    f.outcome = audit::Outcome::kRefused;
    f.event = "message.*";
    f.actor = "dr.lee";
    f.purpose = "test";
  });
  return out;
}

std::vector<std::uint64_t> found(EventIndex& index, const std::vector<Event>& events,
                                 const Filter& filter, std::uint64_t from) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t at = from; at < events.size();) {
    const auto some = index.candidates(filter, at, 100).value();
    for (const std::uint64_t i : some.indexes) {
      if (audit::matches(filter, i, events[i])) out.push_back(i);
    }
    REQUIRE(some.next > at);
    at = some.next;
  }
  return out;
}

std::vector<std::uint64_t> wanted(const std::vector<Event>& events, const Filter& filter,
                                  std::uint64_t from) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t i = from; i < events.size(); ++i) {
    if (audit::matches(filter, i, events[i])) out.push_back(i);
  }
  return out;
}

}  // namespace

TEST_CASE("what matches is found, all of it and in order, across segments") {
  const Folder folder;
  const std::vector<Event> events = random_events(67000);
  auto index = EventIndex::open_to_write(folder.file(), EventIndex::Sharing::kAlone).value();
  for (std::size_t i = 0; i < events.size(); i += 5000) {
    const std::span<const Event> some(events.data() + i,
                                      std::min<std::size_t>(5000, events.size() - i));
    REQUIRE(index.add(i, some, "mark").has_value());
  }
  for (const Filter& filter : filters()) {
    CAPTURE(audit::to_query(filter));
    CHECK(EventIndex::narrows(filter));
    for (const std::uint64_t from : {0, 1, 65530, 65536, 66999}) {
      CHECK(found(index, events, filter, from) == wanted(events, filter, from));
    }
  }
}

TEST_CASE("a rare object is found without looking at others") {
  const Folder folder;
  const std::vector<Event> events = random_events(2000);
  auto index = EventIndex::open_to_write(folder.file(), EventIndex::Sharing::kAlone).value();
  REQUIRE(index.add(0, events, "mark").has_value());
  Filter filter;
  filter.object = "m100";
  const auto some = index.candidates(filter, 0, 1000).value();
  CHECK(some.indexes.size() <= 3);
  CHECK(some.next == 2000);
}

TEST_CASE("times and success are no matter of the index") {
  Filter filter;
  CHECK_FALSE(EventIndex::narrows(filter));
  filter.since = testing::FakeClock().now();
  filter.outcome = audit::Outcome::kSuccess;
  filter.event = "*";
  CHECK_FALSE(EventIndex::narrows(filter));
}

TEST_CASE(
    "the index knows how far it reaches, also when it is opened again, and adds nowhere else") {
  const Folder folder;
  const std::vector<Event> events = random_events(10);
  {
    auto index =
        EventIndex::open_to_write(folder.file(), EventIndex::Sharing::kWithReaders).value();
    CHECK(index.cover().value().size == 0);
    REQUIRE(index.add(0, events, "first").has_value());
    CHECK(index.add(9, events, "x").error().code == base::Code::kConflict);
    CHECK(index.add(11, events, "x").error().code == base::Code::kConflict);
  }
  auto index = EventIndex::open_to_read(folder.file()).value();
  CHECK(index.cover().value().size == 10);
  CHECK(index.cover().value().mark == "first");
}

TEST_CASE("what is no index is begun anew") {
  const Folder folder;
  std::ofstream(folder.file()) << std::string(5000, 'x');
  auto index = EventIndex::open_to_write(folder.file(), EventIndex::Sharing::kAlone).value();
  CHECK(index.cover().value().size == 0);
  REQUIRE(index.add(0, random_events(10), "mark").has_value());
  REQUIRE(index.clear().has_value());
  CHECK(index.cover().value().size == 0);
}

}  // namespace sealpost::search
