// What every store promises of messages that are taken back.
#include <doctest/doctest.h>

#include "../trust/world.hpp"
#include "must.hpp"
#include "store_conformance.hpp"

namespace sealpost::testing {
namespace {

using relay::MetaStore;
using relay::MetaWriter;

const std::string kLee = "mercy.example/dr.lee/laptop";
const std::string kKim = "mercy.example/nurse.kim/phone";
const std::string kOlivia = "mercy.example/olivia/desk";
const std::string kId = "0193aaaa-0000-7000-8000-000000000001";
const std::string kOwn(32, 'a');
const std::string kShared(32, 'b');

wire::Submission submission(const std::string& id, const std::vector<std::string>& to) {
  wire::Submission out;
  out.id = id;
  out.tag = base::Bytes(32, 1);
  out.purpose = "test-results";
  out.expires = kNoon + kDay;
  for (const std::string& device : to) {
    out.envelopes.push_back({device, "00112233445566ff", base::Bytes(200, 1)});
  }
  out.payload = base::Bytes(700, 2);
  return out;
}

std::uint64_t add(MetaWriter& writer, const std::string& from, const wire::Submission& what) {
  std::vector<wire::RecipientResult> recipients;
  for (const wire::Envelope& envelope : what.envelopes) {
    recipients.push_back({envelope.device, wire::RecipientState::kAccepted});
  }
  const std::uint64_t row = must_have(writer.add_message({from, what, recipients}));
  must(writer.add_evidence({row, receipt::State::kAccepted, "log", from, "accepted\n"}, row));
  return row;
}

std::size_t waiting(MetaStore& store, const std::string& device) {
  const auto reading = must_have(store.read());
  return must_have(reading->inbox(device, 0, 10, 1 << 20, kNoon)).deliveries.size();
}

void add_blob(MetaWriter& writer, const std::string& id) {
  must(writer.add_blob({id, kLee, 5, false, {}}, kNoon));
  must(writer.complete_blob(id, base::Bytes(32, 1), kNoon));
}

}  // namespace

void check_recalls(MetaStore& store) {
  MetaWriter& writer = store.writer();
  std::uint64_t row = 0;
  in_transaction(writer, [&] {
    add_blob(writer, kOwn);
    add_blob(writer, kShared);
    wire::Submission recalled = submission(kId, {kKim, kOlivia, kLee});
    recalled.blobs = {kOwn, kShared};
    row = add(writer, kLee, recalled);
    wire::Submission other = submission(kId, {kKim});
    other.blobs = {kShared};
    add(writer, kOlivia, other);
    CHECK(must_have(writer.remove_envelope(row, kLee)));   // has it
    CHECK(must_have(writer.miss_envelope(row, kOlivia)));  // waits for a new header
  });
  in_transaction(writer, [&] {
    const relay::Withdrawn withdrawn = must_have(writer.withdraw(row));
    CHECK(withdrawn.devices == std::vector<std::string>{kKim, kOlivia});
    CHECK(withdrawn.contact.empty());
    CHECK(withdrawn.blobs == std::vector<std::string>{kOwn});
    const std::vector<std::string> told{kKim, kLee};
    const std::uint64_t recall = must_have(writer.add_recall(row, "the recall\n", told));
    must(writer.set_recall_leaf(recall, 7));
    CHECK_FALSE(must_have(writer.remove_envelope(row, kOlivia)));
  });
  CHECK(waiting(store, kKim) == 1);  // olivia's message of the same id
  const auto reading = must_have(store.read());
  CHECK(must_have(reading->payload(row)).empty());
  CHECK_FALSE(must_have(reading->blob(kOwn)).has_value());
  CHECK(must_have(reading->blob(kShared)).has_value());
  CHECK_FALSE(must_have(reading->message_names_blob(row, kShared)));
  CHECK(must_have(reading->recall_of(row)) == "the recall\n");
  CHECK_FALSE(must_have(reading->recall_of(row + 1)).has_value());
  CHECK(must_have(reading->senders_of(kId)) == std::vector<std::string>{kLee, kOlivia});
  CHECK(must_have(reading->senders_of("another")).empty());
  for (const std::string& device : {kKim, kLee}) {
    const auto news = must_have(reading->recalls(device, 0, 10));
    REQUIRE(news.size() == 1);
    CHECK(news[0].recall == "the recall\n");
    CHECK(must_have(reading->recalls(device, news[0].cursor, 10)).empty());
    CHECK(must_have(reading->recalls(device, news[0].cursor + 1000, 10)).size() == 1);
  }
  CHECK(must_have(reading->recalls(kOlivia, 0, 10)).empty());
  CHECK(must_have(writer.expired(kNoon + 2 * kDay, 10)).size() == 1);  // nothing of it waits
}

}  // namespace sealpost::testing
