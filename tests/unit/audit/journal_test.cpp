// Journals of devices: entries that name each other, and what the log makes of them.
#include "audit/journal.hpp"

#include <doctest/doctest.h>

#include "base/encoding.hpp"

using namespace sealpost;
using namespace sealpost::audit;

namespace {

const base::Time kWhen = std::chrono::sys_days(std::chrono::year{2026} / 11 / 21);
const std::string kDevice = "mercy.example/dr.lee/laptop";

Event unlock() {
  Event event;
  event.at = kWhen;
  event.event = "device.unlock";
  event.actor = kDevice;
  return event;
}

JournalEntry entry_behind(const JournalLink& before) {
  return parse_entry(to_entry(unlock(), before).value()).value();
}

Event logged(const JournalEntry& entry) {
  Event request;
  request.at = kWhen + std::chrono::hours(1);
  request.actor = kDevice;
  request.address = "192.0.2.7";
  request.request = std::string(64, 'a');
  return logged_event(entry, request);
}

}  // namespace

TEST_CASE("an entry names its number and the one before it, and is a leaf of one form") {
  const base::Bytes first = to_entry(unlock(), {}).value();
  CHECK(
      base::as_text(first) ==
      R"({"actor":"mercy.example/dr.lee/laptop","at":"2026-11-21T00:00:00Z","details":{"journal":"1","previous":"0000000000000000000000000000000000000000000000000000000000000000"},"event":"device.unlock","outcome":"success","v":1})");
  const JournalEntry entry = parse_entry(first).value();
  CHECK(entry.before == JournalLink{});
  CHECK(entry.self.number == 1);
  CHECK(entry.self.hash == crypto::sha256(first));
  const JournalEntry second = entry_behind(entry.self);
  CHECK(second.before == entry.self);
  CHECK(second.self.number == 2);
}

TEST_CASE("what is no entry is refused") {
  Event event = unlock();
  event.event = "message.send";
  CHECK(to_entry(event, {}).error().code == base::Code::kMalformed);
  const auto refused = [](Event entry) {
    entry.details.insert({{"journal", "1"}, {"previous", std::string(64, '0')}});
    return parse_entry(to_leaf(entry).value()).error().code == base::Code::kMalformed;
  };
  CHECK(refused(event));
  event = unlock();
  event.address = "192.0.2.7";
  CHECK(refused(event));
  event = unlock();
  event.request = std::string(64, 'a');
  CHECK(refused(event));
  for (const char* name : {"entry", "said-at"}) {
    event = unlock();
    event.details[name] = "x";
    CHECK(refused(event));
  }
  for (const auto& [number, previous] : std::map<std::string, std::string>{
           {"0", std::string(64, '0')}, {"01", std::string(64, '0')}, {"1", "00"}, {"2", "zz"}}) {
    event = unlock();
    event.details = {{"journal", number}, {"previous", previous}};
    CHECK(refused(event));
  }
  CHECK(parse_entry(to_leaf(unlock()).value()).error().code == base::Code::kMalformed);
}

TEST_CASE("the entry can be had back from the logged event, unless somebody changed that") {
  const JournalEntry entry = entry_behind({6, crypto::sha256(base::as_bytes("six"))});
  const Event event = logged(entry);
  CHECK(event.at == kWhen + std::chrono::hours(1));
  CHECK(event.details.at("said-at") == "2026-11-21T00:00:00Z");
  CHECK(event.address == "192.0.2.7");
  const auto back = entry_of(event).value();
  REQUIRE(back.has_value());
  CHECK(back->self == entry.self);
  CHECK(back->before == entry.before);
  Event changed = event;
  changed.outcome = Outcome::kFailed;
  CHECK(entry_of(changed).error().code == base::Code::kVerificationFailed);
  changed = event;
  changed.details["said-at"] = "2026-11-21T00:00:01Z";
  CHECK(entry_of(changed).error().code == base::Code::kVerificationFailed);
  changed = event;
  changed.event = "message.send";
  CHECK_FALSE(entry_of(changed).value().has_value());
}

TEST_CASE("a journal that leaves out an entry, or begins anew, must be told of") {
  const JournalEntry first = entry_behind({});
  const JournalEntry second = entry_behind(first.self);
  const JournalEntry third = entry_behind(second.self);
  Event told;
  told.event = "journal.break";
  told.actor = "mercy.example/relay";
  told.objects = {kDevice};
  JournalWatch watch;
  CHECK(watch.take(logged(first)));
  CHECK(watch.take(logged(third)).error().text ==
        "the journal of mercy.example/dr.lee/laptop goes from entry 1 to entry 3, and the log does "
        "not say why");
  CHECK(watch.take(logged(entry_behind(third.self))));
  CHECK(watch.take(logged(second)).error().code == base::Code::kVerificationFailed);
  CHECK(watch.breaks() == 0);
  CHECK(watch.take(told));
  CHECK(watch.take(logged(first)));
  CHECK(watch.take(logged(second)));
  CHECK_FALSE(watch.take(logged(first)));  // one break explains one
  CHECK(watch.breaks() == 1);
  Event forged = logged(entry_behind(first.self));
  forged.message = "0193";
  CHECK(watch.take(forged).error().text.find("not the entry") != std::string::npos);
  JournalWatch later(false);
  CHECK(later.take(logged(third)));
  CHECK_FALSE(later.take(logged(third)));
}
