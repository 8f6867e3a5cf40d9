#include <doctest/doctest.h>

#include "sample.hpp"

using namespace sealpost;
using namespace sealpost::reg;

namespace {

GrantRecord grant_after(unsigned id, std::vector<std::string> after) {
  GrantRecord record = grant(id);
  record.after = std::move(after);
  return record;
}

GrantRecord grant_for(unsigned id, std::optional<base::Time> effective,
                      std::optional<base::Time> expires) {
  GrantRecord record = grant(id);
  record.effective = effective;
  record.expires = expires;
  return record;
}

Leave leave(const Contact& contact, base::Time when, std::string_view purpose = "billing",
            std::string_view channel = "link-sms") {
  return status(contact, purpose, channel, when).leave;
}

ContactRecord removed(bool really) { return {kJane, {}, really, std::nullopt}; }
DecisionRecord decision(unsigned id, bool revoked) { return {id_of(id), kJane, revoked}; }

// What was recorded on days 1, 2, ...; when is asked, in days; and what is answered for billing by
// link-sms.
struct Case {
  std::string_view name;
  std::vector<Record> records;
  int when;
  Leave leave;
};

std::vector<Case> grants_and_revocations() {
  return {
      {"nothing", {}, 9, Leave::kNever},
      {"a grant", {grant(1)}, 9, Leave::kGranted},
      {"a grant from its moment on", {grant(1)}, 1, Leave::kGranted},
      {"a grant before its moment", {grant(1)}, 0, Leave::kNever},
      {"another purpose", {grant(1, {"test-results"})}, 9, Leave::kNever},
      {"another channel", {grant(1, {"billing"}, {"phone"})}, 9, Leave::kNever},
      {"one of several",
       {grant(1, {"test", "billing"}, {"phone", "link-sms"})},
       9,
       Leave::kGranted},
      {"revoked", {grant(1), revoke(2)}, 9, Leave::kRevoked},
      {"revoked from its moment on", {grant(1), revoke(2)}, 2, Leave::kRevoked},
      {"revoked later", {grant(1), revoke(2)}, 1, Leave::kGranted},
      {"another purpose revoked", {grant(1), revoke(2, {"test"})}, 9, Leave::kGranted},
      {"another channel revoked", {grant(1), revoke(2, {}, {"phone"})}, 9, Leave::kGranted},
      {"this purpose revoked", {grant(1), revoke(2, {"billing"})}, 9, Leave::kRevoked},
      {"this channel revoked", {grant(1), revoke(2, {}, {"link-sms"})}, 9, Leave::kRevoked},
      {"both revoked", {grant(1), revoke(2, {"billing"}, {"link-sms"})}, 9, Leave::kRevoked},
      {"half of it revoked", {grant(1), revoke(2, {"billing"}, {"phone"})}, 9, Leave::kGranted},
      {"revoked before anything was granted", {revoke(1)}, 9, Leave::kRevoked},
      {"a grant that knows", {grant(1), revoke(2), grant_after(3, {id_of(2)})}, 9, Leave::kGranted},
      {"a grant that does not know", {grant(1), revoke(2), grant(3)}, 9, Leave::kRevoked},
      {"a grant that knows the later one",
       {revoke(1), revoke(2), grant_after(3, {id_of(2)})},
       9,
       Leave::kGranted},
      {"a grant that knows the earlier one",
       {revoke(1), revoke(2), grant_after(3, {id_of(1)})},
       9,
       Leave::kRevoked},
      {"revoked anew", {revoke(1), grant_after(2, {id_of(1)}), revoke(3)}, 9, Leave::kRevoked},
      {"two grants, one in force", {grant(1), grant_for(2, {}, day(3))}, 9, Leave::kGranted},
  };
}

std::vector<Case> times_and_pauses() {
  return {
      {"expired", {grant_for(1, {}, day(3))}, 3, Leave::kExpired},
      {"not yet expired", {grant_for(1, {}, day(4))}, 3, Leave::kGranted},
      {"effective later", {grant_for(1, day(5), {})}, 4, Leave::kNotYet},
      {"effective now", {grant_for(1, day(5), {})}, 5, Leave::kGranted},
      {"effective before it was recorded", {grant_for(1, day(-9), {})}, 1, Leave::kGranted},
      {"not known before it was recorded", {grant_for(1, day(-9), {})}, 0, Leave::kNever},
      {"revoked before it takes effect", {grant_for(1, day(5), {}), revoke(2)}, 9, Leave::kRevoked},
      {"expired and revoked", {grant_for(1, {}, day(2)), revoke(2)}, 9, Leave::kRevoked},
      {"anew and expired",
       {revoke(1),
        [] {
          auto g = grant_after(2, {id_of(1)});
          g.expires = day(4);
          return g;
        }()},
       9,
       Leave::kExpired},
      {"paused", {grant(1), pause(2)}, 9, Leave::kPaused},
      {"paused from its moment on", {grant(1), pause(2)}, 2, Leave::kPaused},
      {"paused later", {grant(1), pause(2)}, 1, Leave::kGranted},
      {"a pause without a grant", {pause(1)}, 9, Leave::kPaused},
      {"dismissed", {grant(1), pause(2), decision(2, false)}, 9, Leave::kGranted},
      {"dismissed from its moment on",
       {grant(1), pause(2), decision(2, false)},
       3,
       Leave::kGranted},
      {"not yet dismissed", {grant(1), pause(2), decision(2, false)}, 2, Leave::kPaused},
      {"dismissed once of two",
       {grant(1), pause(2), pause(3), decision(2, false)},
       9,
       Leave::kPaused},
      {"decided, with the revocation beside it",
       {grant(1), pause(2), decision(2, true), revoke(4)},
       9,
       Leave::kRevoked},
      {"decided for another purpose",
       {grant(1), pause(2), decision(2, true), revoke(4, {"test"})},
       9,
       Leave::kGranted},
      {"removed", {grant(1), removed(true)}, 9, Leave::kGone},
      {"removed later", {grant(1), removed(true)}, 1, Leave::kGranted},
      {"taken back", {grant(1), removed(true), removed(false)}, 9, Leave::kGranted},
      {"not yet taken back", {grant(1), removed(true), removed(false)}, 2, Leave::kGone},
      {"removed while paused", {pause(1), removed(true)}, 9, Leave::kGone},
      {"shredded", {grant(1), ShredRecord{kJane}}, 9, Leave::kGone},
      {"shredded later", {grant(1), ShredRecord{kJane}}, 1, Leave::kGranted},
      {"shredded is for good", {grant(1), ShredRecord{kJane}, removed(false)}, 9, Leave::kGone},
  };
}

void check_cases(const std::vector<Case>& cases) {
  for (const Case& example : cases) {
    CAPTURE(example.name);
    Story story;
    for (const Record& record : example.records) story.then(record);
    CHECK(leave(story.jane, day(example.when)) == example.leave);
    // What is kept says the same.
    const auto kept = decode_contact(encode(story.jane));
    REQUIRE(kept);
    CHECK(leave(*kept, day(example.when)) == example.leave);
  }
}

}  // namespace

TEST_CASE("leave follows from grants and revocations") { check_cases(grants_and_revocations()); }
TEST_CASE("leave follows from times, pauses and removals") { check_cases(times_and_pauses()); }

TEST_CASE("status names what decided, since when and until when") {
  Story story;
  story.then(grant_for(1, day(-9), day(20))).then(grant_for(2, {}, day(30)));
  Status found = status(story.jane, "billing", "link-sms", day(9));
  CHECK(found.grant == id_of(2));  // the one that lasts
  CHECK(found.until == day(30));
  CHECK(found.since == day(2));
  found = status(story.jane, "billing", "link-sms", day(1));
  CHECK(found.grant == id_of(1));
  CHECK(found.since == day(1));  // not before it was recorded
  story.then(grant(3));
  found = status(story.jane, "billing", "link-sms", day(9));
  CHECK(found.grant == id_of(3));
  CHECK(!found.until);
  story.then(pause(4));
  found = status(story.jane, "billing", "link-sms", day(9));
  CHECK(found.pause == id_of(4));
  CHECK(found.grant == id_of(3));
  CHECK(found.since == day(4));
  story.then(decision(4, true)).then(revoke(5));
  found = status(story.jane, "billing", "link-sms", day(9));
  CHECK(found.revocation == id_of(5));
  CHECK(found.grant == id_of(3));
  CHECK(found.since == day(6));
  found = status(story.jane, "billing", "link-sms", day(31));
  CHECK(found.leave == Leave::kRevoked);
}

TEST_CASE("without a channel the best one answers") {
  Story story;
  story.then(grant(1, {"billing"}, {"phone"}))
      .then(grant(2, {"billing"}, {"email", "post"}))
      .then(revoke(3, {}, {"email"}));
  CHECK(leave(story.jane, day(9), "billing", "") == Leave::kGranted);
  CHECK(leave(story.jane, day(9), "billing", "email") == Leave::kRevoked);
  CHECK(leave(story.jane, day(9), "test", "") == Leave::kRevoked);
  CHECK(leave(story.jane, day(2), "test", "") == Leave::kNever);
  story.then(pause(4));
  CHECK(leave(story.jane, day(9), "billing", "") == Leave::kPaused);
}

TEST_CASE("the gate says yes or no, and why, without naming the contact") {
  Story story(Personal{{"alias", "jane-doe"}, {"name", "Jane"}});
  const auto code = [&](std::string_view purpose, int when, bool exempt = false) {
    const Decision decided = decide(story.jane, purpose, "link-sms", day(when), exempt);
    CHECK(decided.reason.find("ane") == std::string::npos);
    CHECK(decided.reason.find(kJane) == std::string::npos);
    CHECK(decided.reason.back() != '.');
    CHECK(decided.allowed == (decided.code == "granted" || decided.code == "exempt"));
    return decided.code;
  };
  story.then(grant_for(1, day(3), day(5)));
  CHECK(code("test", 4) == "no-grant");
  CHECK(code("billing", 2) == "not-yet");
  CHECK(code("billing", 4) == "granted");
  CHECK(code("billing", 5) == "expired");
  story.then(revoke(2, {"billing"})).then(pause(3));
  CHECK(code("billing", 2) == "revoked");
  CHECK(code("billing", 3) == "paused");
  story.then(removed(true));
  CHECK(code("billing", 9) == "removed");
  const Decision decided = decide(story.jane, "test", "link-sms", day(1), false);
  CHECK(decided.reason == "leave for \"test\" by link-sms was never given");
}

TEST_CASE("an exempt purpose needs no leave, but heeds a no") {
  Story story;
  const auto code = [&](int when, std::string_view channel = "link-sms") {
    return decide(story.jane, "billing", channel, day(when), true).code;
  };
  CHECK(code(0) == "exempt");
  story.then(grant_for(1, day(3), day(5)));
  CHECK(code(2) == "exempt");   // not yet
  CHECK(code(4) == "granted");  // what was given is named
  CHECK(code(5) == "exempt");   // expired
  story.then(revoke(2, {"billing"}, {"link-sms"}));
  CHECK(code(6) == "revoked");
  CHECK(code(6, "phone") == "exempt");
  CHECK(code(6, "") == "exempt");
  story.then(revoke(3));
  CHECK(code(6, "phone") == "revoked");
  CHECK(code(6, "") == "revoked");
  Story another;
  another.then(pause(1)).then(removed(true));
  CHECK(decide(another.jane, "billing", "", day(1), true).code == "paused");
  CHECK(decide(another.jane, "billing", "", day(2), true).code == "removed");
}

using Ids = std::vector<std::string>;

Ids overridden(const Contact& contact, const GrantRecord& fresh) {
  Ids ids;
  for (const Revoked& one : newly_overridden(contact, fresh)) ids.push_back(one.record.id);
  return ids;
}

TEST_CASE(
    "a new grant knows of every revocation before it that covers any of it, and of no other") {
  Story story;
  CHECK(known_revocations(story.jane, grant(9)).empty());
  CHECK(overridden(story.jane, grant(9)).empty());
  story.then(grant(1)).then(revoke(2)).then(revoke(3, {"billing"})).then(revoke(4, {"test"}));
  CHECK(known_revocations(story.jane, grant(9)) == Ids{id_of(3)});
  CHECK(overridden(story.jane, grant(9)) == Ids{id_of(2), id_of(3)});
  CHECK(overridden(story.jane, grant(9, {"billing", "test"})) == Ids{id_of(2), id_of(3), id_of(4)});
  CHECK(overridden(story.jane, grant(9, {"other"})) == Ids{id_of(2)});
  story.then(revoke(5, {}, {"phone"}));
  CHECK(known_revocations(story.jane, grant(9)) == Ids{id_of(3)});
  story.then(grant_after(6, known_revocations(story.jane, grant(6))));
  CHECK(leave(story.jane, day(9)) == Leave::kGranted);
}

TEST_CASE("what a grant of the same has overridden already is no news to the next one") {
  Story story;
  story.then(revoke(1)).then(grant_after(2, {id_of(1)}));
  CHECK(overridden(story.jane, grant(9)).empty());
  CHECK(known_revocations(story.jane, grant(9)) == Ids{id_of(1)});
  CHECK(overridden(story.jane, grant(9, {"billing"}, {"link-sms", "phone"})) == Ids{id_of(1)});
  CHECK(overridden(story.jane, grant(9, {"test"})) == Ids{id_of(1)});
  story.then(revoke(3));
  CHECK(overridden(story.jane, grant(9)) == Ids{id_of(3)});
}

TEST_CASE("a contact is shredded only when retention has passed, and no hold is on it") {
  using namespace std::chrono_literals;
  const auto against = [](const Contact& contact, int when) {
    return against_shredding(contact, 24h * 10, day(when));
  };
  Story story;
  CHECK(against(story.jane, 9) == "what is recorded of it is kept until 2026-12-01T12:00:00Z");
  CHECK(against(story.jane, 10).empty());
  story.then(grant_for(1, {}, day(30)));
  CHECK(against(story.jane, 20) == "a grant is in force until 2026-12-21T12:00:00Z");
  CHECK(against(story.jane, 39).starts_with("what is recorded"));
  CHECK(against(story.jane, 40).empty());
  story.then(grant(2));
  CHECK(against(story.jane, 400) == "a grant without an end is in force");
  story.then(revoke(3, {"billing"}));
  CHECK(against(story.jane, 12).starts_with("what is recorded"));
  CHECK(against(story.jane, 13).empty());
  story.then(ContactRecord{kJane, {}, std::nullopt, "Smith v. Mercy"});
  CHECK(against(story.jane, 400) == "it is on hold: Smith v. Mercy");
  story.then(ContactRecord{kJane, {}, std::nullopt, ""});
  CHECK(against(story.jane, 13).empty());
}

TEST_CASE("a removal ends what was in force, and does not begin retention anew") {
  using namespace std::chrono_literals;
  Story story;
  story.then(grant(1)).then(removed(true));
  CHECK(against_shredding(story.jane, 24h * 10, day(11)).starts_with("what is recorded"));
  CHECK(against_shredding(story.jane, 24h * 10, day(12)).empty());
  Story quiet;
  quiet.then(removed(true));
  CHECK(against_shredding(quiet.jane, 24h * 10, day(10)).empty());
}

TEST_CASE("shredding leaves the proof that leave existed, and nothing personal") {
  Story story;
  story.then(grant(1)).then(revoke(2)).then(ShredRecord{kJane});
  CHECK(story.jane.shredded);
  CHECK(story.jane.removed);
  CHECK(story.jane.personal.empty());
  CHECK(story.jane.alias().empty());
  CHECK(story.jane.grants.size() == 1);
  CHECK(story.jane.revocations.size() == 1);
  CHECK(leave(story.jane, day(1)) == Leave::kGranted);
  // A device that had not read of it may still have written.
  REQUIRE(apply(story.jane, added(), Personal{{"name", "Jane"}}, {9, 9, day(9), kPhone}));
  CHECK(story.jane.personal.empty());
  CHECK(!against_shredding(story.jane, {}, day(9)).empty());
}
