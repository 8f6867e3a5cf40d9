// Journals of devices at the relay: each entry once, in order, and every gap is an event.
#include "audit/journal.hpp"

#include <doctest/doctest.h>

#include "house.hpp"

using namespace sealpost;
using namespace sealpost::testing;

namespace {

class Journal {
 public:
  explicit Journal(std::string device) : device_(std::move(device)) {}
  std::string next(const std::string& event = "device.unlock") {
    audit::Event value;
    value.at = kNoon;
    value.event = event;
    value.actor = device_;
    const base::Bytes entry = audit::to_entry(value, last_).value();
    last_ = {last_.number + 1, crypto::sha256(entry)};
    return std::string(base::as_text(entry));
  }

 private:
  std::string device_;
  audit::JournalLink last_;
};

HttpAnswer post(House& house, const std::string& by, const std::vector<std::string>& entries) {
  return house.ask(by, "POST", "/v1/journal", wire::to_cbor(wire::JournalBatch{entries}));
}

}  // namespace

TEST_CASE("entries are logged in their order, once, with what the relay knows") {
  House house;
  Journal journal(kLee);
  const std::string first = journal.next();
  const std::string second = journal.next("message.view");
  REQUIRE(post(house, kLee, {first}).status == 200);
  REQUIRE(post(house, kLee, {first, second}).status == 200);
  REQUIRE(post(house, kLee, {first, second}).status == 200);
  const auto unlocked = house.events("device.unlock");
  REQUIRE(unlocked.size() == 1);
  CHECK(unlocked[0].actor == kLee);
  CHECK(unlocked[0].address == "127.0.0.1");
  CHECK(unlocked[0].request.size() == 64);
  CHECK(unlocked[0].details.at("journal") == "1");
  CHECK(house.events("message.view").size() == 1);
  CHECK(house.events("journal.break").empty());
}

TEST_CASE("an entry that is left out, and a journal from before, are told of once") {
  House house;
  Journal journal(kLee);
  const std::string first = journal.next();
  const std::string second = journal.next();
  const std::string third = journal.next();
  REQUIRE(post(house, kLee, {first}).status == 200);
  REQUIRE(post(house, kLee, {third}).status == 200);
  REQUIRE(post(house, kLee, {third}).status == 200);
  auto breaks = house.events("journal.break");
  REQUIRE(breaks.size() == 1);
  CHECK(breaks[0].objects == std::vector<std::string>{kLee});
  CHECK(breaks[0].actor != kLee);
  CHECK(breaks[0].request.empty());
  CHECK(breaks[0].details.at("last") == "1");
  CHECK(breaks[0].details.at("next") == "3");
  Journal older(kLee);
  REQUIRE(post(house, kLee, {older.next("key.backup")}).status == 200);
  breaks = house.events("journal.break");
  REQUIRE(breaks.size() == 2);
  CHECK(breaks[1].details.at("next") == "1");
  CHECK(house.events("key.backup").size() == 1);
}

TEST_CASE("what is no journal of the caller is refused whole") {
  House house;
  Journal lee(kLee);
  const std::string first = lee.next();
  const std::string second = lee.next();
  const std::string third = lee.next();
  for (const auto& entries : std::vector<std::vector<std::string>>{
           {}, {"x"}, {first, third}, {second, first}, {first, first}}) {
    CHECK(post(house, kLee, entries).status == 400);
  }
  CHECK(post(house, kKim, {first}).status == 400);
  CHECK(house.events("device.unlock").empty());
}

TEST_CASE("every role has a journal, also after the relay was started anew") {
  House house;
  for (const std::string& device : {kAuditor, kService}) {
    Journal journal(device);
    const std::string first = journal.next();
    REQUIRE(post(house, device, {first}).status == 200);
    house.stop();
    house.start();
    REQUIRE(post(house, device, {first, journal.next()}).status == 200);
  }
  CHECK(house.events("device.unlock").size() == 4);
  CHECK(house.events("journal.break").empty());
}
