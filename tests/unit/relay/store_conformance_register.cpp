// What every store promises of the register: entries, contact keys, grants, blobs that entries
// keep.
#include <doctest/doctest.h>

#include "../trust/world.hpp"
#include "must.hpp"
#include "store_conformance.hpp"

namespace sealpost::testing {
namespace {

using relay::MetaReader;
using relay::MetaStore;
using relay::MetaWriter;

const std::string kLee = "mercy.example/dr.lee/laptop";
const std::string kKim = "mercy.example/nurse.kim/phone";
const std::string kPeople = "people";
const std::string kBlob = "00112233445566778899aabbccddeeff";

crypto::Digest digest(std::uint8_t byte) {
  crypto::Digest out{};
  out.fill(byte);
  return out;
}

std::string contact(int number) {
  return "c-" + std::string(31, '0') + static_cast<char>('0' + number);
}

wire::WrappedKey key(int number) {
  return {contact(number), 1,
          base::Bytes(wire::kWrappedKeySize, static_cast<std::uint8_t>(number))};
}

void append(MetaWriter& writer, const std::string& stream, std::uint64_t number,
            base::ByteView file, const std::vector<std::string>& blobs = {}) {
  const auto small = static_cast<std::uint8_t>(number);
  relay::NewRegisterEntry entry{stream,
                                kLee,
                                "id " + std::to_string(number),
                                number,
                                1 + number / 3,
                                digest(small),
                                digest(static_cast<std::uint8_t>(small + 100)),
                                file,
                                blobs};
  const std::uint64_t row = must_have(writer.add_register_entry(entry));
  const std::uint64_t leaf = must_have(writer.reads().tree_size());
  must(writer.add_leaf(leaf, base::Bytes(10, small)));
  must(writer.set_register_leaf(row, leaf));
}

wire::RegisterEntries read(MetaReader& reader, std::uint64_t after, std::size_t limit = 100,
                           std::size_t bytes = 1 << 20) {
  return must_have(reader.register_entries(kPeople, after, limit, bytes));
}

void check_entries(MetaStore& store) {
  MetaWriter& writer = store.writer();
  CHECK(must_have(writer.reads().register_head(kPeople)).size == 0);
  const base::Bytes file(500, 7);
  in_transaction(writer, [&] {
    for (std::uint64_t number = 1; number <= 4; ++number) append(writer, kPeople, number, file);
    append(writer, "organisation", 1, file);
  });
  MetaReader& reads = writer.reads();
  const relay::RegisterHead head = must_have(reads.register_head(kPeople));
  CHECK(head.size == 4);
  CHECK(head.epoch == 2);
  CHECK(head.began == 3);
  CHECK(head.head == digest(104));
  const auto mark = must_have(reads.register_entry(kPeople, kLee, "id 3"));
  REQUIRE(mark.has_value());
  CHECK(mark->number == 3);
  CHECK(mark->sha256 == digest(3));
  CHECK_FALSE(must_have(reads.register_entry(kPeople, kKim, "id 3")).has_value());
  CHECK_FALSE(must_have(reads.register_entry("organisation", kLee, "id 3")).has_value());

  const wire::RegisterEntries all = read(reads, 0);
  REQUIRE(all.entries.size() == 4);
  CHECK_FALSE(all.more);
  CHECK(all.entries[2].number == 3);
  CHECK(all.entries[2].file == file);
  CHECK(all.entries[2].index == 2);
  CHECK(all.entries[2].leaf == base::Bytes(10, 3));
  CHECK(read(reads, 2).entries.front().number == 3);
  CHECK(read(reads, 0, 3).more);
  CHECK(read(reads, 0, 4).more == false);
  CHECK(read(reads, 0, 100, 1200).entries.size() == 2);
  const wire::RegisterEntries one = read(reads, 3, 100, 1);
  CHECK(one.entries.size() == 1);
  CHECK_FALSE(one.more);
  CHECK(read(reads, 4).entries.empty());
}

void check_keys(MetaStore& store) {
  MetaWriter& writer = store.writer();
  const base::Bytes file(50, 7);
  in_transaction(writer, [&] {
    append(writer, kPeople, 1, file);
    append(writer, kPeople, 2, file);
    CHECK(must_have(writer.add_contact_key(kPeople, key(1), 1)));
    CHECK(must_have(writer.add_contact_key(kPeople, key(2), 1)));
    CHECK(must_have(writer.add_contact_key(kPeople, key(3), 2)));
    CHECK_FALSE(must_have(writer.add_contact_key(kPeople, key(3), 2)));
  });
  MetaReader& reads = writer.reads();
  const wire::RegisterEntries before = read(reads, 0);
  REQUIRE(before.keys.size() == 3);
  CHECK(before.keys[1].contact == contact(2));
  CHECK(before.keys[1].wrapped == key(2).wrapped);
  CHECK(read(reads, 1).keys.size() == 1);
  // Keys count for how much an answer holds.
  CHECK(read(reads, 0, 100, 300).entries.size() == 1);
  in_transaction(writer, [&] {
    CHECK(must_have(writer.shred_contact_key(kPeople, contact(2))) == std::optional(true));
    CHECK(must_have(writer.shred_contact_key(kPeople, contact(2))) == std::optional(false));
    CHECK(must_have(writer.shred_contact_key(kPeople, contact(9))) == std::optional<bool>());
    CHECK_FALSE(must_have(writer.add_contact_key(kPeople, key(2), 2)));
  });
  CHECK(must_have(writer.scrub()));
  const wire::RegisterEntries after = read(reads, 0);
  REQUIRE(after.keys.size() == 2);
  CHECK(after.keys[0].contact == contact(1));
  CHECK(after.keys[1].contact == contact(3));
}

void check_grants(MetaStore& store) {
  MetaWriter& writer = store.writer();
  const auto holders = [&] { return must_have(writer.reads().register_holders(kPeople)); };
  const wire::RegisterGrant first{kLee, 1, "aa", base::Bytes(20, 1)};
  const wire::RegisterGrant second{kLee, 2, "bb", base::Bytes(30, 2)};
  in_transaction(writer, [&] {
    must(writer.set_register_grant(kPeople, first));
    must(writer.set_register_grant(kPeople, second));
    must(writer.set_register_grant("organisation", first));
    must(writer.set_register_grant(kPeople, {kKim, 1, "cc", base::Bytes(20, 3)}));
  });
  REQUIRE(holders().size() == 2);
  CHECK(holders()[0].device == kLee);
  CHECK(holders()[0].epoch == 2);
  const auto found = must_have(writer.reads().register_grant(kPeople, kLee));
  REQUIRE(found.has_value());
  CHECK(found->device == kLee);
  CHECK(found->epoch == 2);
  CHECK(found->prekey == "bb");
  CHECK(found->file == second.file);
  in_transaction(writer, [&] { must(writer.remove_register_grant(kPeople, kLee)); });
  CHECK_FALSE(must_have(writer.reads().register_grant(kPeople, kLee)).has_value());
  CHECK(must_have(writer.reads().register_grant("organisation", kLee)).has_value());
  in_transaction(writer, [&] { must(writer.remove_register_grants(kLee)); });
  CHECK_FALSE(must_have(writer.reads().register_grant("organisation", kLee)).has_value());
  CHECK(holders().size() == 1);
}

void check_kept_blobs(MetaStore& store) {
  MetaWriter& writer = store.writer();
  const std::string other = "ff112233445566778899aabbccddeeff";
  in_transaction(writer, [&] {
    must(writer.add_blob({kBlob, kLee, 100, false, {}}, kNoon));
    must(writer.add_blob({other, kLee, 100, false, {}}, kNoon));
    must(writer.complete_blob(kBlob, base::Bytes(32, 1), kNoon));
  });
  CHECK_FALSE(must_have(writer.reads().blob_kept(kBlob)));
  CHECK(must_have(writer.reads().unsent_blob_bytes(kLee)) == 200);
  const base::Bytes file(50, 7);
  in_transaction(writer, [&] { append(writer, kPeople, 1, file, {kBlob}); });
  CHECK(must_have(writer.reads().blob_kept(kBlob)));
  CHECK_FALSE(must_have(writer.reads().blob_kept(other)));
  CHECK(must_have(writer.reads().unsent_blob_bytes(kLee)) == 100);
  CHECK(must_have(writer.reads().unnamed_blobs(kLee)) == std::vector<std::string>{other});
  const base::Time late = kNoon + 4000 * kDay;
  CHECK(must_have(writer.stale_blobs(late, late, 10)) == std::vector<std::string>{other});
}

}  // namespace

void check_register(const OpenStore& open) {
  SUBCASE("entries in their order") { check_entries(*open()); }
  SUBCASE("a contact has one key, once") { check_keys(*open()); }
  SUBCASE("the newest grant of each device") { check_grants(*open()); }
  SUBCASE("a blob that an entry keeps stays") { check_kept_blobs(*open()); }
}

}  // namespace sealpost::testing
