#include <doctest/doctest.h>

#include "register/organisation.hpp"
#include "sample.hpp"

using namespace sealpost;
using namespace sealpost::reg;

namespace {

Position at(std::uint64_t entry) { return {entry, entry, day(static_cast<int>(entry)), kPhone}; }

AgreementRecord baa() {
  AgreementRecord record;
  record.id = id_of(1);
  record.party = "Lab One";
  record.kind = "baa";
  record.signed_at = day(0);
  record.expires = std::optional(day(10));
  record.file = sample_file();
  return record;
}

bool refused(const base::Result<void>& result) {
  return !result && result.error().code == base::Code::kVerificationFailed;
}

}  // namespace

TEST_CASE("an agreement is in force between its dates, and while it is not removed") {
  Agreement agreement;
  REQUIRE(apply(agreement, baa(), at(1)));
  CHECK(agreement.id == id_of(1));
  CHECK(agreement.party == "Lab One");
  CHECK(!agreement.in_force(day(-1)));
  CHECK(agreement.in_force(day(0)));
  CHECK(agreement.in_force(day(9)));
  CHECK(!agreement.in_force(day(10)));
  AgreementRecord change;
  change.id = id_of(1);
  change.expires.emplace();
  REQUIRE(apply(agreement, change, at(2)));
  CHECK(agreement.in_force(day(999)));
  CHECK(agreement.file == sample_file());
  change = {};
  change.id = id_of(1);
  change.removed = true;
  REQUIRE(apply(agreement, change, at(3)));
  CHECK(!agreement.in_force(day(1)));
  CHECK(agreement.added == at(1));
  CHECK(agreement.changed == at(3));
}

TEST_CASE("an agreement begins with its party and its kind") {
  Agreement agreement;
  AgreementRecord record = baa();
  record.party.reset();
  CHECK(refused(apply(agreement, record, at(1))));
  record = baa();
  record.kind.reset();
  CHECK(refused(apply(agreement, record, at(1))));
  REQUIRE(apply(agreement, baa(), at(1)));
  record.id = id_of(2);
  CHECK(refused(apply(agreement, record, at(2))));
}

TEST_CASE("a group takes members in and out") {
  Group icu;
  REQUIRE(apply(icu, {"icu", {{"dr.lee", true}, {"nurse.kim", true}}, std::nullopt}, at(1)));
  REQUIRE(apply(icu, {"icu", {{"dr.lee", false}, {"olivia", true}, {"nobody", false}}, {}}, at(2)));
  CHECK(icu.members == std::set<std::string>{"nurse.kim", "olivia"});
  CHECK(refused(apply(icu, {"er", {}, true}, at(3))));
  CHECK(icu.changed == at(2));
}

TEST_CASE("a group that was removed and is taken up again begins with no members") {
  Group icu;
  REQUIRE(apply(icu, {"icu", {{"dr.lee", true}}, false}, at(1)));
  CHECK(icu.members.size() == 1);
  REQUIRE(apply(icu, {"icu", {}, true}, at(2)));
  CHECK(icu.removed);
  REQUIRE(apply(icu, {"icu", {{"olivia", true}}, false}, at(3)));
  CHECK(!icu.removed);
  CHECK(icu.members == std::set<std::string>{"olivia"});
  REQUIRE(apply(icu, {"icu", {{"dr.lee", true}}, false}, at(4)));
  CHECK(icu.members.size() == 2);
}

TEST_CASE("agreements and groups are kept and read back in one spelling only") {
  Agreement agreement;
  REQUIRE(apply(agreement, baa(), at(1)));
  const base::Bytes bytes = encode(agreement);
  const auto kept = decode_agreement(bytes);
  REQUIRE(kept);
  CHECK(encode(*kept) == bytes);
  CHECK(kept->file == agreement.file);
  CHECK(kept->signed_at == agreement.signed_at);
  CHECK(kept->expires == agreement.expires);
  CHECK(kept->kind == "baa");
  Group icu;
  REQUIRE(apply(icu, {"icu", {{"dr.lee", true}, {"olivia", true}}, {}}, at(1)));
  const base::Bytes group = encode(icu);
  CHECK(decode_group(group)->members == icu.members);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK(!decode_agreement(base::ByteView(bytes).first(size)));
  }
  for (std::size_t size = 0; size < group.size(); ++size) {
    CHECK(!decode_group(base::ByteView(group).first(size)));
  }
  base::Bytes longer = group;
  longer.push_back(0);
  CHECK(decode_group(longer).error().code == base::Code::kMalformed);
}
