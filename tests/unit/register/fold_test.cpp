#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "register/stream.hpp"
#include "sample.hpp"

using namespace sealpost;
using namespace sealpost::reg;

namespace {

constexpr std::string_view kPurposes[] = {"billing", "test", "test-results"};

bool refused(const base::Result<void>& result) {
  return !result && result.error().code == base::Code::kVerificationFailed;
}

// A device that writes by what it has read so far, as all do.
struct Device {
  std::string name;
  Contact view;          // of what it has read
  std::size_t read = 0;  // entries
  std::vector<Record> queued;
};

struct Logged {
  Record record;
  Position where;
};

class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}
  unsigned below(unsigned limit) { return static_cast<unsigned>(engine_() % limit); }
  bool once_in(unsigned times) { return below(times) == 0; }
  std::vector<std::string> some(std::span<const std::string_view> words) {
    std::vector<std::string> chosen;
    for (const auto word : words) {
      if (once_in(2)) chosen.emplace_back(word);
    }
    return chosen;
  }

 private:
  std::minstd_rand engine_;
};

// Several devices write about one contact; the relay takes what they hand in, in any order, but one
// after the other.
class House {
 public:
  explicit House(unsigned seed) : chance(seed), devices(3) {
    for (std::size_t i = 0; i < devices.size(); ++i) {
      devices[i].name = "mercy.example/user/" + std::to_string(i);
    }
    log(added(), devices[0].name);
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      Device& device = devices[chance.below(3)];
      if (chance.once_in(2)) read(device);
      if (device.read > 0 && chance.once_in(2)) device.queued.push_back(invent(device.view));
      if (chance.once_in(2)) hand_in(device);
    }
    for (Device& device : devices) hand_in(device);
  }

  void read(Device& device) {
    for (; device.read < stream.size(); ++device.read) fold(device.view, stream[device.read]);
  }

  static void fold(Contact& contact, const Logged& logged) {
    REQUIRE(apply(contact, logged.record, Personal{{"alias", "jane"}}, logged.where));
  }

  Chance chance;
  std::vector<Device> devices;
  std::vector<Logged> stream;

 private:
  void hand_in(Device& device) {
    for (const Record& record : device.queued) log(record, device.name);
    device.queued.clear();
  }

  void log(const Record& record, const std::string& by) {
    const std::uint64_t entry = stream.size() + 1;
    stream.push_back({record, {entry, entry * 2, noon() + std::chrono::hours(entry), by}});
  }

  Record invent(const Contact& view) {
    const unsigned kind = chance.below(12);
    if (kind < 4) return invent_grant(view);
    if (kind < 7) return revoke(++id_, chance.some(kPurposes), chance.some(kChannels));
    if (kind < 8) return pause(++id_);
    if (kind < 10 && !view.pauses.empty()) {
      const auto& paused = view.pauses[chance.below(static_cast<unsigned>(view.pauses.size()))];
      return DecisionRecord{paused.record.id, kJane, chance.once_in(2)};
    }
    if (chance.once_in(30)) return ShredRecord{kJane};
    return ContactRecord{kJane, {}, chance.once_in(4), std::nullopt};
  }

  Record invent_grant(const Contact& view) {
    GrantRecord record = grant(++id_, chance.some(kPurposes), chance.some(kChannels));
    if (record.purposes.empty()) record.purposes = {"billing"};
    if (record.channels.empty()) record.channels = {"phone"};
    if (chance.once_in(2)) record.after = known_revocations(view, record);
    if (chance.once_in(3)) record.effective = noon() + std::chrono::hours(chance.below(60));
    if (chance.once_in(3)) record.expires = noon() + std::chrono::hours(60 + chance.below(60));
    return record;
  }

  unsigned id_ = 0;
};

std::vector<Status> all_answers(const Contact& contact, base::Time when) {
  std::vector<Status> answers;
  for (const auto purpose : kPurposes) {
    answers.push_back(status(contact, purpose, "", when));
    for (const auto channel : kChannels) answers.push_back(status(contact, purpose, channel, when));
  }
  return answers;
}

bool same_leave(const Contact& a, const Contact& b, base::Time when) {
  const auto left = all_answers(a, when);
  const auto right = all_answers(b, when);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const Status& x, const Status& y) { return x.leave == y.leave; });
}

}  // namespace

TEST_CASE("whatever devices write, every reader comes to the same state however it reads") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    House house(seed);
    house.run(60);
    for (Device& device : house.devices) house.read(device);
    const base::Bytes state = encode(house.devices[0].view);
    CHECK(encode(house.devices[1].view) == state);
    // One that keeps what it has read in its vault between any two entries.
    Contact kept;
    for (const Logged& logged : house.stream) {
      House::fold(kept, logged);
      auto again = decode_contact(encode(kept));
      REQUIRE(again);
      kept = *std::move(again);
    }
    CHECK(encode(kept) == state);
    CHECK(same_leave(kept, house.devices[0].view, day(3)));
  }
}

TEST_CASE("leave does not depend on the order of grants and revocations among each other") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    House house(seed);
    house.run(60);
    // All at one moment, so that only the order is left to differ: first every revocation, or each
    // grant as early as what it names allows.
    Contact mixed;
    Contact sorted;
    for (Logged& logged : house.stream) logged.where.at = noon();
    for (const Logged& logged : house.stream) House::fold(mixed, logged);
    std::stable_sort(house.stream.begin(), house.stream.end(),
                     [](const Logged& a, const Logged& b) {
                       const auto place = [](const Logged& x) {
                         if (std::holds_alternative<ContactRecord>(x.record)) return 0;
                         if (std::holds_alternative<RevokeRecord>(x.record)) return 1;
                         return std::holds_alternative<GrantRecord>(x.record) ? 2 : 3;
                       };
                       return place(a) < place(b);
                     });
    for (const Logged& logged : house.stream) House::fold(sorted, logged);
    const bool was_shredded = mixed.shredded;
    if (was_shredded) continue;  // then nothing is asked
    for (int hour = 0; hour < 130; hour += 13) {
      CHECK(same_leave(mixed, sorted, noon() + std::chrono::hours(hour)));
    }
  }
}

TEST_CASE("leave at a past moment is what it was then, whatever came later") {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    House house(seed);
    house.run(40);
    Contact whole;
    for (const Logged& logged : house.stream) House::fold(whole, logged);
    Contact growing;
    for (const Logged& logged : house.stream) {
      House::fold(growing, logged);
      CHECK(same_leave(growing, whole, logged.where.at));
    }
  }
}

TEST_CASE("a revocation counts also under an id that a grant has, and once") {
  Story story;
  story.then(grant(1)).then(revoke(1));
  CHECK(story.jane.revocations.size() == 1);
  CHECK(refused(story.attempt(revoke(1))));
}

TEST_CASE("a record that cannot be is refused, and changes nothing") {
  Story story;
  story.then(grant(1)).then(revoke(2)).then(pause(3));
  const base::Bytes before = encode(story.jane);
  RevokeRecord of_another = revoke(9);
  of_another.contact = "c-ffeeddccbbaa99887766554433221100";
  GrantRecord after_nothing = grant(9);
  after_nothing.after = {id_of(8)};
  CHECK(refused(story.attempt(of_another)));
  CHECK(refused(story.attempt(after_nothing)));
  CHECK(refused(story.attempt(grant(1))));
  CHECK(refused(story.attempt(pause(2))));
  CHECK(refused(story.attempt(grant(3))));
  CHECK(refused(story.attempt(DecisionRecord{id_of(1), kJane, false})));
  CHECK(refused(story.attempt(EpochRecord{1, kRecipient})));
  CHECK(refused(story.attempt(GroupRecord{"icu", {}, false})));
  CHECK(encode(story.jane) == before);
  Contact nobody;
  CHECK(refused(apply(nobody, grant(1), std::nullopt, {1, 1, noon(), kPhone})));
  CHECK(nobody.id.empty());
}

TEST_CASE("the later value of a field counts, and an empty one takes it away") {
  Contact jane;
  auto put = [&, entry = 0](const Personal& fields) mutable {
    ++entry;
    const auto number = static_cast<std::uint64_t>(entry);
    REQUIRE(apply(jane, added(), fields, {number, number, day(entry), kPhone}));
  };
  put({{"alias", "jane"}, {"phone", "+15551234567"}, {"name", ""}});
  CHECK(jane.id == kJane);
  CHECK(jane.alias() == "jane");
  CHECK(!jane.personal.contains("name"));
  put({{"alias", "jane-doe"}, {"phone", ""}});
  CHECK(jane.personal == Personal{{"alias", "jane-doe"}});
  CHECK(jane.added.entry == 1);
  CHECK(jane.changed.entry == 2);
  CHECK(jane.recorded == day(2));
}

TEST_CASE("a second decision does not undo the first, and a revocation stands") {
  Story story;
  story.then(pause(1)).then(DecisionRecord{id_of(1), kJane, false});
  story.then(DecisionRecord{id_of(1), kJane, true});
  CHECK(story.jane.pauses[0].decided->entry == 3);
  CHECK(story.jane.pauses[0].revoked);
}

TEST_CASE("a contact with two grants is small, and read back in one spelling only") {
  Story story({{"alias", "jane-doe"},
               {"name", "Jane Doe"},
               {"phone", "+15551234567"},
               {"email", "jane@example.org"},
               {"language", "es"}});
  GrantRecord long_one = grant(1, {"appointment-reminder", "billing"}, {"link-sms", "link-email"});
  long_one.expires = day(365);
  long_one.disclosure = digest_of(3);
  story.then(long_one).then(grant(2, {"test-results"}));
  GrantRecord from_list = grant(3);
  from_list.warned = true;
  from_list.elsewhere = base::Bytes(60, 9);
  from_list.recorded = day(-400);
  from_list.collector = "clinic.example/dr.lee/pc";
  Story listed = story;
  listed.then(from_list);
  const auto kept_list = decode_contact(encode(listed.jane));
  REQUIRE(kept_list);
  CHECK(kept_list->grants.back().record.elsewhere == from_list.elsewhere);
  CHECK(kept_list->grants.back().record.recorded == from_list.recorded);
  CHECK(kept_list->grants.back().record.collector == from_list.collector);
  CHECK(kept_list->grants.back().record.warned);
  const base::Bytes bytes = encode(story.jane);
  CHECK(bytes.size() < 450);
  CHECK(encode(*decode_contact(bytes)) == bytes);
  base::Bytes longer = bytes;
  longer.push_back(0);
  CHECK(!decode_contact(longer));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK(!decode_contact(base::ByteView(bytes).first(size)));
  }
  CHECK(decode_contact({}).error().code == base::Code::kMalformed);
}

TEST_CASE("everything that a contact holds is kept") {
  Story story;
  GrantRecord full = grant(1);
  full.effective = day(1);
  full.expires = day(2);
  full.evidence = base::Bytes(60, 1);
  full.disclosure = digest_of(4);
  full.language = "es";
  full.version = "2";
  full.warned = true;
  full.witness = base::Bytes(60, 5);
  full.note = base::Bytes(60, 6);
  RevokeRecord no = revoke(2, {"billing"}, {"phone"});
  no.word = base::Bytes(60, 7);
  no.channel = "sms";
  no.received = day(3);
  story.then(no);
  full.after = {id_of(2)};
  story.then(full).then(pause(3)).then(DecisionRecord{id_of(3), kJane, true});
  story.then(ContactRecord{kJane, {}, true, "a hold"});
  const auto kept = decode_contact(encode(story.jane));
  REQUIRE(kept);
  CHECK(format(Record(kept->grants[0].record)).value() == format(Record(full)).value());
  CHECK(format(Record(kept->revocations[0].record)).value() == format(Record(no)).value());
  CHECK(format(Record(kept->pauses[0].record)).value() == format(Record(pause(3))).value());
  CHECK(kept->grants[0].where == story.jane.grants[0].where);
  CHECK(kept->pauses[0].decided == story.jane.pauses[0].decided);
  CHECK(kept->pauses[0].revoked);
  CHECK(kept->hold == "a hold");
  CHECK(kept->removed);
  CHECK(kept->removals[0].where == story.jane.removals[0].where);
  CHECK(kept->added == story.jane.added);
  CHECK(kept->changed == story.jane.changed);
  CHECK(kept->recorded == story.jane.recorded);
  CHECK(kept->personal == story.jane.personal);
}
