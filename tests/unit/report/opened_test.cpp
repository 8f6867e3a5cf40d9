#include <doctest/doctest.h>

#include "report/consent.hpp"
#include "report/consents.hpp"
#include "unit/register/sample.hpp"

using namespace sealpost;
using namespace sealpost::reg;
using report::Consent;
using report::consents_of;
using report::Evidence;
using report::Revocation;

namespace {

struct World {
  testing::FakeRandom random;
  ContactKey key = ContactKey::random(random);

  GrantRecord full_grant(unsigned id) {
    GrantRecord record = grant(id, {"billing", "test"}, {"phone"});
    record.evidence = *seal_file(key, kJane, sample_file(), random);
    record.witness = *seal_text(key, kJane, "Nurse Kim", random);
    record.note = *seal_text(key, kJane, "at the desk", random);
    record.warned = true;
    return record;
  }
};

}  // namespace

TEST_CASE("a contact's grants and revocations come out opened, in the order of the log") {
  World world;
  RevokeRecord no = revoke(2, {"billing"});
  no.word = *seal_text(world.key, kJane, "stop", world.random);
  GrantRecord anew = grant(3);
  anew.after = {id_of(2)};
  Story story;
  story.then(world.full_grant(1)).then(no).then(anew).then(revoke(4, {"test"}));
  const auto consents = consents_of(story.jane, "jane-doe", &world.key, day(9));
  REQUIRE(consents);
  REQUIRE(consents->size() == 4);
  const auto& first = std::get<report::Grant>((*consents)[0]);
  CHECK(first.id == id_of(1));
  CHECK(first.contact == "jane-doe");
  CHECK(first.evidence == Evidence{"scan 1.pdf", 1048576, digest_of(0x64)});
  CHECK(first.witness == "Nurse Kim");
  CHECK(first.note == "at the desk");
  CHECK(first.warned);
  CHECK(first.recorded == day(1));
  CHECK(first.by == kPhone);
  CHECK(!first.active);  // one purpose was revoked, and then the other
  const auto& stop = std::get<Revocation>((*consents)[1]);
  CHECK(stop.word == "stop");
  CHECK(!stop.active);  // overridden
  CHECK(std::get<report::Grant>((*consents)[2]).active);
  CHECK(std::get<report::Grant>((*consents)[2]).after == anew.after);
  CHECK(std::get<Revocation>((*consents)[3]).active);
}

TEST_CASE("a pause comes out with its words, and what was decided when and by whom") {
  World world;
  PauseRecord waits = pause(2);
  waits.word = *seal_text(world.key, kJane, "please stop", world.random);
  waits.channel = "sms";
  Story story;
  story.then(grant(1)).then(waits);
  const auto paused = [&] {
    const auto consents = consents_of(story.jane, "jane-doe", &world.key, day(9));
    REQUIRE(consents);
    REQUIRE(consents->size() == 2);
    return std::get<report::Pause>((*consents)[1]);
  };
  CHECK(paused().word == "please stop");
  CHECK(paused().channel == "sms");
  CHECK(paused().active);
  CHECK(paused().decision.empty());
  CHECK(!paused().decided);
  story.then(DecisionRecord{id_of(2), kJane, true});
  CHECK(!paused().active);
  CHECK(paused().decision == "revoke");
  CHECK(paused().decided == day(3));
  CHECK(paused().decided_by == kPhone);
}

TEST_CASE("a grant is active while it is in force for something") {
  World world;
  GrantRecord until = grant(1);
  until.expires = day(5);
  Story story;
  story.then(until).then(grant(2, {"billing", "test"}, {"phone"})).then(revoke(3, {"billing"}));
  const auto active = [&](int when) {
    std::vector<bool> found;
    for (const Consent& consent : *consents_of(story.jane, "jane", &world.key, day(when))) {
      if (const auto* given = std::get_if<report::Grant>(&consent)) found.push_back(given->active);
    }
    return found;
  };
  CHECK(active(2) == std::vector<bool>{true, true});
  CHECK(active(3) == std::vector<bool>{false, true});
  CHECK(active(1) == std::vector<bool>{true, false});
  PauseRecord waits = pause(4);
  waits.word = *seal_text(world.key, kJane, "stop it", world.random);
  story.then(waits);
  CHECK(active(4) == std::vector<bool>{false, false});
  story.then(DecisionRecord{id_of(4), kJane, false});
  CHECK(active(9) == std::vector<bool>{false, true});
  story.then(ContactRecord{kJane, {}, true, std::nullopt});
  CHECK(active(9) == std::vector<bool>{false, false});
}

TEST_CASE("without its key the proof that leave existed remains, and nothing sealed") {
  World world;
  Story story;
  story.then(world.full_grant(1)).then(ShredRecord{kJane});
  const auto consents = consents_of(story.jane, kJane, nullptr, day(9));
  REQUIRE(consents);
  const auto& grant = std::get<report::Grant>((*consents)[0]);
  CHECK(grant.purposes.size() == 2);
  CHECK(!grant.evidence);
  CHECK(grant.witness.empty());
  CHECK(grant.note.empty());
  const ContactKey other = ContactKey::random(world.random);
  CHECK(consents_of(story.jane, kJane, &other, day(9)).error().code ==
        base::Code::kVerificationFailed);
}

TEST_CASE("consents are written one by one, in the memory of one") {
  class Counting final : public base::ByteSink {
   public:
    base::Result<void> write(base::ByteView bytes) override {
      total += bytes.size();
      largest = std::max(largest, bytes.size());
      return {};
    }
    std::size_t total = 0;
    std::size_t largest = 0;
  };
  Counting sink;
  const auto writer = report::consent_writer(report::Format::kFhir, sink, "mercy.example", day(0));
  Story story;
  story.then(grant(1)).then(revoke(2));
  for (int i = 0; i < 5'000; ++i) {
    for (const Consent& consent : *consents_of(story.jane, "jane-doe", nullptr, day(9))) {
      REQUIRE(writer->write(consent));
    }
  }
  REQUIRE(writer->finish());
  CHECK(sink.total > 5'000'000);
  CHECK(sink.largest < 4'096);
}
