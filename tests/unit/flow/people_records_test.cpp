// What records of the people stream leave in the vault, and what contradicts itself does not.
#include <doctest/doctest.h>

#include "flow/register_state.hpp"
#include "unit/flow/temporary_vault.hpp"

using namespace sealpost;

namespace {

struct People {
  testing::TemporaryVault temporary;
  testing::FakeRandom& random = temporary.random;
  std::string id = reg::new_contact_id(random);
  reg::ContactKey key = reg::ContactKey::random(random);
  std::uint64_t entry = 0;

  vault::Vault& vault() { return *temporary.vault; }
  reg::ContactRecord contact(const reg::Personal& fields) {
    reg::ContactRecord record;
    record.contact = id;
    record.sealed = reg::seal_personal(key, id, fields, random).value();
    return record;
  }
  reg::GrantRecord grant() {
    reg::GrantRecord record;
    record.id = reg::new_record_id(random);
    record.contact = id;
    record.purposes = {"billing"};
    record.channels = {"post"};
    record.method = "paper";
    return record;
  }
  void take(const std::vector<reg::Record>& records) {
    flow::RegisterChanges changes(vault());
    changes.add_key(id, key.clone());
    for (const reg::Record& record : records) {
      ++entry;
      REQUIRE(
          changes.apply(record, {entry, 10 * entry, base::Time(base::milliseconds(entry)), "d"}));
    }
    REQUIRE(vault().transaction([&] { return changes.store(); }));
  }
};

}  // namespace

TEST_CASE("a contact is found by alias and by id, and an alias is who had it first's") {
  People people;
  people.take({people.contact({{"alias", "jane"}, {"name", "Jane"}})});
  CHECK(flow::find_contact(people.vault(), "jane")->contact.personal.at("name") == "Jane");
  CHECK(flow::find_contact(people.vault(), people.id)->contact.alias() == "jane");
  const std::string first = people.id;
  people.id = reg::new_contact_id(people.random);
  people.take({people.contact({{"alias", "jane"}})});
  CHECK(flow::find_contact(people.vault(), "jane")->contact.id == first);
  reg::ContactRecord gone;
  gone.contact = first;
  gone.removed = true;
  people.take({gone});
  CHECK(flow::find_contact(people.vault(), "jane")->contact.id == people.id);
}

TEST_CASE("what contradicts itself counts for nothing, and holds up nobody") {
  People people;
  SUBCASE("a grant for nobody") {
    people.take({people.grant()});
    CHECK_FALSE(flow::contact_by_id(people.vault(), people.id)->has_value());
    people.take({people.contact({{"alias", "jane"}}), people.grant()});
    CHECK(flow::find_contact(people.vault(), "jane")->contact.grants.size() == 1);
  }
  SUBCASE("a grant for nobody, before its contact in one page") {
    people.take({people.grant(), people.contact({{"alias", "jane"}})});
    CHECK(flow::find_contact(people.vault(), "jane")->contact.grants.empty());
  }
  SUBCASE("an id used twice, and a decision on no pause") {
    const reg::GrantRecord grant = people.grant();
    const reg::DecisionRecord decision{reg::new_record_id(people.random), people.id, true};
    people.take({people.contact({{"alias", "jane"}}), grant, grant, decision});
    CHECK(flow::find_contact(people.vault(), "jane")->contact.grants.size() == 1);
  }
  SUBCASE("sealed nonsense") {
    reg::ContactRecord nonsense = people.contact({{"name", "x"}});
    nonsense.sealed.back() ^= 1;
    people.take({people.contact({{"alias", "jane"}}), nonsense});
    CHECK_FALSE(flow::find_contact(people.vault(), "jane")->contact.personal.contains("name"));
  }
}

TEST_CASE("a shredded contact has no key any more, and its fields are gone") {
  People people;
  people.take({people.contact({{"alias", "jane"}, {"name", "Jane"}})});
  reg::ContactRecord gone;
  gone.contact = people.id;
  gone.removed = true;
  people.take({gone, reg::ShredRecord{people.id}});
  const flow::KeyedContact kept = flow::find_contact(people.vault(), people.id).value();
  CHECK(kept.contact.shredded);
  CHECK_FALSE(kept.key.has_value());
  CHECK(kept.contact.personal.empty());
}

TEST_CASE("a disclosure is there when all its parts are") {
  People people;
  const std::string text(7000, 'x');
  const crypto::Digest digest = crypto::sha256(base::as_bytes(text));
  people.take({reg::DisclosureRecord{digest, 0, 3, text.substr(0, 3000)},
               reg::DisclosureRecord{digest, 2, 3, text.substr(6000)}});
  CHECK_FALSE(flow::find_disclosure(people.vault(), digest)->has_value());
  people.take({reg::DisclosureRecord{digest, 1, 3, text.substr(3000, 3000)}});
  CHECK(flow::find_disclosure(people.vault(), digest)->value() == text);
}

TEST_CASE("a key that was not shown is missed until its contact is shredded") {
  People people;
  flow::RegisterChanges changes(people.vault());
  const reg::Position where{7, 70, base::Time(base::milliseconds(7)), "d"};
  REQUIRE(changes.apply(people.contact({{"alias", "jane"}}), where));
  changes.miss_key(people.id, 7);
  REQUIRE(people.vault().transaction([&] { return changes.store(); }));
  const auto missing = flow::missing_keys(people.vault(), 10).value();
  REQUIRE(missing.size() == 1);
  CHECK(missing[0].contact == people.id);
  CHECK(missing[0].entry == 7);
  flow::RegisterChanges later(people.vault());
  REQUIRE(later.shred(people.id, {8, 80, base::Time(base::milliseconds(8)), "d"}));
  REQUIRE(people.vault().transaction([&] { return later.store(); }));
  CHECK(flow::missing_keys(people.vault(), 10)->empty());
  CHECK(flow::find_contact(people.vault(), people.id)->contact.shredded);
}

TEST_CASE("what is forgotten is read again as if for the first time, and only of its stream") {
  People people;
  people.take({people.contact({{"alias", "jane"}}), people.grant()});
  flow::RegisterChanges changes(people.vault());
  const reg::Position where{9, 90, base::Time(base::milliseconds(9)), "d"};
  changes.set_aside({reg::Stream::kPeople, where, "does not open"});
  changes.set_aside({reg::Stream::kOrganisation, where, "does not open"});
  REQUIRE(people.vault().transaction([&] { return changes.store(); }));
  REQUIRE(people.vault().transaction(
      [&] { return flow::forget_records(people.vault(), reg::Stream::kPeople); }));
  CHECK_FALSE(flow::contact_by_id(people.vault(), people.id)->has_value());
  CHECK(flow::find_contact(people.vault(), "jane").error().code == base::Code::kNotFound);
  std::size_t left = 0;
  REQUIRE(flow::each_faulty_entry(people.vault(), [&](const flow::FaultyEntry& one) {
    CHECK(one.stream == reg::Stream::kOrganisation);
    CHECK(one.where.entry == 9);
    CHECK(one.fault == "does not open");
    ++left;
    return base::Result<void>();
  }));
  CHECK(left == 1);
  people.take({people.contact({{"alias", "jane"}})});
  CHECK(flow::find_contact(people.vault(), "jane").has_value());
}

TEST_CASE("a contact's grants behind the last that it may have count for nothing") {
  People people;
  people.take({people.contact({{"alias", "jane"}})});
  std::vector<reg::Record> grants;
  for (std::size_t i = 0; i < reg::kMaxGrants + 5; ++i) grants.emplace_back(people.grant());
  people.take(grants);
  CHECK(flow::find_contact(people.vault(), "jane")->contact.grants.size() == reg::kMaxGrants);
  reg::RevokeRecord revoke;
  revoke.id = reg::new_record_id(people.random);
  revoke.contact = people.id;
  people.take({revoke});
  CHECK(flow::find_contact(people.vault(), "jane")->contact.revocations.size() == 1);
}
