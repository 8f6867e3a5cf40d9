// What is asked of agreements and groups, as the vault knows them.
#include <doctest/doctest.h>

#include "flow/agreements.hpp"
#include "flow/groups.hpp"
#include "unit/flow/temporary_vault.hpp"

namespace sealpost::flow {
namespace {

using testing::TemporaryVault;

base::Time at(int day) { return base::Time{} + std::chrono::days(20000 + day); }

class Register {
 public:
  void add(const reg::Record& record) {
    RegisterChanges changes(*vault_.vault);
    const reg::Position where{++entries_, entries_, at(0), "mercy.example/olivia/laptop"};
    REQUIRE(changes.apply(record, where).has_value());
    REQUIRE(vault_.vault->transaction([&] { return changes.store(); }).has_value());
  }
  std::string add_agreement(std::string party, std::string kind, std::optional<base::Time> begins,
                            std::optional<base::Time> ends) {
    reg::AgreementRecord record;
    record.id = reg::new_record_id(vault_.random);
    record.party = std::move(party);
    record.kind = std::move(kind);
    record.signed_at = begins;
    if (ends) record.expires = ends;
    add(record);
    return record.id;
  }
  void remove_agreement(const std::string& id) {
    reg::AgreementRecord record;
    record.id = id;
    record.removed = true;
    add(record);
  }
  vault::Vault& vault() { return *vault_.vault; }

  std::vector<std::string> lapsing(base::Time by, base::Time now = at(0)) {
    const auto found = lapsing_agreements(vault(), by, now);
    REQUIRE(found.has_value());
    std::vector<std::string> parties;
    for (const auto& one : *found) parties.push_back(one.party);
    return parties;
  }
  bool in_force(std::string_view party, int day) { return gap(party, day) != day; }
  // The day from which on the relay's agreement is missing; -1 for never.
  int gap(std::string_view party, int from) {
    const auto found = relay_agreement_gap(vault(), party, at(from));
    REQUIRE(found.has_value());
    if (!*found) return -1;
    return static_cast<int>((**found - at(0)) / std::chrono::days(1));
  }

 private:
  TemporaryVault vault_;
  std::uint64_t entries_ = 0;
};

using Parties = std::vector<std::string>;

TEST_CASE("an agreement is in force from the day on which it was signed until it expires") {
  Register rows;
  const std::string id = rows.add_agreement("Host Inc", "baa", at(10), at(20));
  CHECK_FALSE(rows.in_force("Host Inc", 9));
  CHECK(rows.in_force("Host Inc", 10));
  CHECK(rows.in_force("HOST inc", 19));
  CHECK_FALSE(rows.in_force("Host Inc", 20));
  CHECK_FALSE(rows.in_force("Host", 15));
  const auto agreement = find_agreement(rows.vault(), id);
  REQUIRE(agreement.has_value());
  CHECK(agreement_state(*agreement, at(9)) == "not-yet");
  CHECK(agreement_state(*agreement, at(10)) == "in-force");
  CHECK(agreement_state(*agreement, at(20)) == "expired");
  rows.remove_agreement(id);
  CHECK_FALSE(rows.in_force("Host Inc", 15));
}

TEST_CASE("what lapses is what nothing of the same kind with the same party outlasts") {
  Register rows;
  rows.add_agreement("A", "baa", at(0), at(10));
  rows.add_agreement("B", "baa", at(0), at(10));
  rows.add_agreement("b", "baa", at(5), at(30));
  rows.add_agreement("C", "baa", at(0), at(10));
  rows.add_agreement("C", "training", at(0), {});
  rows.add_agreement("D", "baa", at(0), at(10));
  rows.add_agreement("D", "baa", at(0), {});
  CHECK(rows.lapsing(at(9)).empty());
  CHECK(rows.lapsing(at(10)) == Parties{"A", "C"});
  CHECK(rows.lapsing(at(30)) == Parties{"A", "C", "b"});
  const std::string later = rows.add_agreement("A", "baa", at(10), at(40));
  CHECK(rows.lapsing(at(10)) == Parties{"C"});
  rows.remove_agreement(later);
  CHECK(rows.lapsing(at(10)) == Parties{"A", "C"});
}

TEST_CASE("a later agreement is no renewal while there is a gap, or where one lies ahead") {
  Register rows;
  rows.add_agreement("Gone", "baa", {}, at(10));
  rows.add_agreement("Gone", "baa", at(20), {});
  CHECK(rows.lapsing(at(60), at(5)) == Parties{"Gone"});
  CHECK(rows.lapsing(at(60), at(15)) == Parties{"Gone"});
  // Over: the later one is in force.
  CHECK(rows.lapsing(at(60), at(20)).empty());
  rows.add_agreement("gone", "baa", at(9), at(15));
  CHECK(rows.lapsing(at(12), at(5)).empty());
  CHECK(rows.lapsing(at(15), at(5)) == Parties{"gone"});
}

TEST_CASE("the relay's agreement is one of kind baa, and misses from its first gap on") {
  Register rows;
  CHECK(rows.gap("Host", 3) == 3);
  rows.add_agreement("Host", "training", {}, {});
  rows.add_agreement("Host", "risk-assessment", {}, {});
  rows.add_agreement("Other", "baa", {}, {});
  CHECK(rows.gap("Host", 3) == 3);
  rows.add_agreement("Host", "baa", at(0), at(10));
  rows.add_agreement("HOST", "baa", at(10), at(20));
  rows.add_agreement("Host", "baa", at(30), {});
  CHECK(rows.gap("Host", 3) == 20);
  CHECK(rows.gap("Host", 20) == 20);
  CHECK(rows.gap("Host", 29) == 29);
  CHECK(rows.gap("Host", 30) == -1);
  rows.add_agreement("host", "baa", at(19), at(30));
  CHECK(rows.gap("Host", 3) == -1);
}

TEST_CASE("a group of any size is written in records that each have room") {
  std::map<std::string, bool> members;
  for (int i = 0; i < 1000; ++i) {
    std::string user = "u" + std::to_string(i);
    user.resize(64, 'x');
    members[user] = i % 7 != 0;
  }
  const std::string name(64, 'g');
  Register rows;
  std::size_t said = 0;
  bool first = true;
  for (const reg::Record& record : group_records(name, members, false)) {
    const auto text = reg::format(record);
    REQUIRE(text.has_value());
    CHECK(std::get<reg::GroupRecord>(record).removed.has_value() == first);
    first = false;
    said += std::get<reg::GroupRecord>(record).members.size();
    rows.add(record);
  }
  CHECK(said == members.size());
  const auto group = find_group(rows.vault(), name);
  REQUIRE(group.has_value());
  for (const auto& [user, added] : members) CHECK(group->members.contains(user) == added);
  CHECK(group_records(name, {}, {}).empty());
  CHECK(group_records(name, {}, true).size() == 1);
}

}  // namespace
}  // namespace sealpost::flow
