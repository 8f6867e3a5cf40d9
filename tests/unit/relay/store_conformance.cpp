#include "store_conformance.hpp"

#include <doctest/doctest.h>

#include "../trust/world.hpp"
#include "merkle/tile.hpp"
#include "must.hpp"

namespace sealpost::testing {
namespace {

using relay::MetaReader;
using relay::MetaStore;
using relay::MetaWriter;
using relay::StoredBlob;
using wire::RecipientState;

const std::string kLee = "mercy.example/dr.lee/laptop";
const std::string kKim = "mercy.example/nurse.kim/phone";
const std::string kOlivia = "mercy.example/olivia/desk";
const std::string kLog = "mercy.example/relay";
const std::string kBlob = "00112233445566778899aabbccddeeff";
constexpr std::chrono::hours kHour{1};

wire::Submission submission(int number, const std::vector<std::string>& to, base::Time expires) {
  wire::Submission out;
  out.id = "0193aaaa-0000-7000-8000-00000000000" + std::to_string(number);
  out.tag = base::Bytes(32, static_cast<std::uint8_t>(number));
  out.purpose = "test-results";
  out.message_sha256 = crypto::sha256(base::as_bytes(out.id));
  out.expires = expires;
  for (const std::string& device : to) {
    out.envelopes.push_back({device, "00112233445566ff", base::Bytes(200, 1)});
  }
  out.payload = base::Bytes(700, 2);
  return out;
}

std::uint64_t add_message(MetaWriter& writer, const wire::Submission& what) {
  std::vector<wire::RecipientResult> recipients;
  for (const wire::Envelope& envelope : what.envelopes) {
    recipients.push_back({envelope.device, RecipientState::kAccepted});
  }
  const std::uint64_t row = must_have(writer.add_message({kLee, what, recipients}));
  must(writer.add_evidence(
      {row, receipt::State::kAccepted, kLog, kLee, "accepted " + what.id + "\n"}, row));
  return row;
}

wire::Inbox inbox_of(MetaReader& reader, const std::string& device, std::uint64_t after = 0,
                     std::size_t limit = 100, std::size_t bytes = 1 << 20) {
  return must_have(reader.inbox(device, after, limit, bytes, kNoon));
}

// --- transactions --------------------------------------------------------------------------------

void check_empty(MetaStore& store) {
  const auto reading = must_have(store.read());
  CHECK(must_have(reading->trust_size()) == 0);
  CHECK(must_have(reading->tree_size()) == 0);
  CHECK(must_have(reading->blob_bytes()) == 0);
  CHECK(must_have(reading->unwritten_blob_bytes()) == 0);
  CHECK(must_have(reading->trust_entries(0, 10)).empty());
  CHECK(must_have(reading->leaves(0, 10)).empty());
  CHECK(must_have(reading->tile(0, 0)).empty());
  CHECK_FALSE(must_have(reading->checkpoint()).has_value());
  CHECK_FALSE(must_have(reading->prekey(kLee)).has_value());
  CHECK_FALSE(must_have(reading->message(kLee, "x")).has_value());
  CHECK_FALSE(must_have(reading->blob(kBlob)).has_value());
  CHECK_FALSE(must_have(reading->logged_entry(0)).has_value());
  CHECK_FALSE(must_have(reading->order("x")).has_value());
  CHECK_FALSE(must_have(reading->order_of_device(kLee)).has_value());
  CHECK_FALSE(must_have(reading->order_for_key(crypto::Digest{})).has_value());
  CHECK(reading->blob_leaves(kBlob).error().code == base::Code::kNotFound);
  CHECK(inbox_of(*reading, kKim).deliveries.empty());
}

void check_visibility(const OpenStore& open) {
  auto store = open();
  MetaWriter& writer = store->writer();
  must(writer.begin());
  must(writer.add_trust_entry(0, "entry"));
  CHECK(writer.alive());
  CHECK(must_have(writer.reads().trust_size()) == 1);
  {
    const auto reading = must_have(store->read());
    CHECK(must_have(reading->trust_size()) == 0);
  }
  must(writer.commit());
  {
    const auto reading = must_have(store->read());
    CHECK(must_have(reading->trust_size()) == 1);
  }
  must(writer.begin());
  must(writer.add_trust_entry(1, "gone"));
  writer.rollback();
  CHECK_FALSE(writer.alive());
  CHECK(must_have(writer.reads().trust_size()) == 1);
  must(writer.begin());
  must(writer.add_trust_entry(1, "never committed"));
  store.reset();
  store = open();
  CHECK(must_have(store->writer().reads().trust_entries(0, 10)) ==
        std::vector<std::string>{"entry"});
}

void check_steps(MetaStore& store) {
  MetaWriter& writer = store.writer();
  in_transaction(writer, [&] {
    must(writer.savepoint());
    must(writer.add_trust_entry(0, "kept"));
    must(writer.release());
    must(writer.savepoint());
    must(writer.set_prekey(kKim, "undone"));
    must(writer.undo());
    // The name that the undone step was the first to use is used again.
    must(writer.savepoint());
    must(writer.set_prekey(kKim, "first"));
    must(writer.set_prekey(kKim, "second"));
    must(writer.release());
  });
  const auto reading = must_have(store.read());
  CHECK(must_have(reading->trust_size()) == 1);
  CHECK(must_have(reading->prekey(kKim)) == std::optional<std::string>("second"));
}

void check_nonces(MetaStore& store) {
  MetaWriter& writer = store.writer();
  in_transaction(writer, [&] {
    CHECK(must_have(writer.remember_nonce(kLee, "n1", kNoon)));
    CHECK_FALSE(must_have(writer.remember_nonce(kLee, "n1", kNoon)));
    CHECK(must_have(writer.remember_nonce(kKim, "n1", kNoon)));
    CHECK(must_have(writer.remember_nonce(kLee, "n2", kNoon + kHour)));
  });
  in_transaction(writer, [&] {
    CHECK(must_have(writer.remove_nonces(kNoon + std::chrono::seconds(1), 1)) == 1);
    CHECK(must_have(writer.remove_nonces(kNoon + std::chrono::seconds(1), 100)) == 1);
    CHECK_FALSE(must_have(writer.remember_nonce(kLee, "n2", kNoon + kHour)));
  });
}

void check_prekeys(MetaStore& store) {
  MetaWriter& writer = store.writer();
  const std::string user = "mercy.example/dr.lee";
  const auto add = [&](const std::string& id, base::Time at) {
    return must_have(writer.add_once_prekey(kKim, {id, "note " + id, kNoon + 2 * kHour}, at));
  };
  in_transaction(writer, [&] {
    must(writer.set_prekey(kKim, "last resort"));
    CHECK(add("c", kNoon));
    CHECK(add("a", kNoon + kHour));
    CHECK(add("b", kNoon + kHour));
    CHECK_FALSE(add("b", kNoon));
    CHECK_FALSE(must_have(writer.take_once_prekey(kOlivia, user, kNoon)).has_value());
    CHECK(must_have(writer.take_once_prekey(kKim, user, kNoon + kHour)) == "note c");
    CHECK(must_have(writer.take_once_prekey(kKim, user, kNoon + kHour)) == "note a");
    CHECK_FALSE(add("c", kNoon + kHour));
  });
  MetaReader& reads = writer.reads();
  CHECK(must_have(reads.once_prekeys(kKim, kNoon)) == std::vector<std::string>{"b"});
  CHECK(must_have(reads.once_prekeys(kKim, kNoon + 2 * kHour)).empty());
  CHECK_FALSE(must_have(writer.take_once_prekey(kKim, user, kNoon + 2 * kHour)).has_value());
  // Since its last filling at 13:00, which is longer ago than 15:00.
  CHECK(must_have(writer.once_prekeys_taken(kKim, user, kNoon + 3 * kHour)) == 2);
  CHECK(must_have(writer.once_prekeys_taken(kKim, "mercy.example/olivia", kNoon)) == 0);
  CHECK(must_have(writer.took_once_prekey(kKim, "c", user)));
  CHECK_FALSE(must_have(writer.took_once_prekey(kKim, "b", user)));
  CHECK_FALSE(must_have(writer.took_once_prekey(kKim, "c", "mercy.example/olivia")));
  in_transaction(writer, [&] {
    CHECK_FALSE(must_have(writer.withdraw_once_prekey(kKim, "c")));
    CHECK(must_have(writer.withdraw_once_prekey(kKim, "b")));
    CHECK(must_have(writer.remove_once_prekeys(kNoon + 2 * kHour, 10)) == 0);
    CHECK(must_have(writer.remove_once_prekeys(kNoon + 3 * kHour, 1)) == 1);
    CHECK(add("d", kNoon));
    must(writer.remove_prekeys(kKim));
  });
  CHECK(must_have(reads.once_prekeys(kKim, kNoon)).empty());
  CHECK_FALSE(must_have(reads.prekey(kKim)).has_value());
}

// --- chain and log
// --------------------------------------------------------------------------------

void check_chain(MetaStore& store) {
  MetaWriter& writer = store.writer();
  in_transaction(writer, [&] {
    for (std::uint64_t i = 0; i < 5; ++i) {
      must(writer.add_trust_entry(i, "entry " + std::to_string(i)));
    }
    must(writer.set_trust_leaf(3, 17));
  });
  CHECK_FALSE(writer.add_trust_entry(3, "another").has_value());
  const auto reading = must_have(store.read());
  CHECK(must_have(reading->trust_entries(1, 2)) == std::vector<std::string>{"entry 1", "entry 2"});
  CHECK(must_have(reading->trust_entries(4, 10)).size() == 1);
  const auto logged = must_have(reading->logged_entry(3));
  REQUIRE(logged.has_value());
  CHECK(logged->entry == "entry 3");
  CHECK(logged->index == 17);
}

void check_log(MetaStore& store) {
  MetaWriter& writer = store.writer();
  const base::Bytes zero{0, 1, 0};
  const std::uint64_t far = (std::uint64_t{1} << 40) + 3;
  in_transaction(writer, [&] {
    must(writer.add_leaf(0, base::as_bytes("first")));
    must(writer.add_leaf(1, zero));
    must(writer.set_tile(0, 0, base::Bytes(32, 7)));
    must(writer.set_tile(0, 0, base::Bytes(64, 8)));
    must(writer.set_tile(merkle::kMaxTileLevel, far, base::Bytes(32, 9)));
    must(writer.set_checkpoint("one"));
    must(writer.set_checkpoint("two"));
  });
  const auto reading = must_have(store.read());
  CHECK(must_have(reading->tree_size()) == 2);
  CHECK(must_have(reading->leaves(1, 10)) == std::vector<base::Bytes>{zero});
  CHECK(must_have(reading->tile(0, 0)) == base::Bytes(64, 8));
  CHECK(must_have(reading->tile(merkle::kMaxTileLevel, far)) == base::Bytes(32, 9));
  CHECK(must_have(reading->tile(1, 0)).empty());
  CHECK(must_have(reading->checkpoint()) == std::optional<std::string>("two"));
}

// --- messages
// -------------------------------------------------------------------------------------

void check_message(MetaStore& store) {
  MetaWriter& writer = store.writer();
  wire::Submission sent = submission(1, {kKim, kOlivia}, kNoon + kHour);
  std::uint64_t row = 0;
  in_transaction(writer, [&] {
    row = must_have(writer.add_message(
        {kLee, sent, {{kKim, RecipientState::kAccepted}, {kOlivia, RecipientState::kRevoked}}}));
    must(writer.add_evidence({row, receipt::State::kAccepted, kLog, kLee, "accepted"}, 0));
  });
  const auto reading = must_have(store.read());
  const auto stored = must_have(reading->message(kLee, sent.id));
  REQUIRE(stored.has_value());
  CHECK(stored->row == row);
  CHECK(stored->tag == sent.tag);
  CHECK(stored->sha256 == sent.message_sha256);
  CHECK(stored->purpose == sent.purpose);
  CHECK(stored->expires == sent.expires);
  REQUIRE(stored->recipients.size() == 2);
  CHECK(stored->recipients[1].state == RecipientState::kRevoked);
  CHECK_FALSE(must_have(reading->message(kKim, sent.id)).has_value());
  CHECK(inbox_of(*reading, kOlivia).deliveries.empty());
  const auto delivery = inbox_of(*reading, kKim).deliveries.at(0);
  CHECK(delivery.cursor == row);
  CHECK(delivery.from == kLee);
  CHECK(delivery.header == sent.envelopes[0].header);
  CHECK(delivery.payload == sent.payload);
  CHECK(delivery.receipt == "accepted");
}

void check_inbox(MetaStore& store) {
  MetaWriter& writer = store.writer();
  std::vector<std::uint64_t> rows;
  in_transaction(writer, [&] {
    for (int i = 1; i <= 4; ++i) {
      rows.push_back(add_message(writer, submission(i, {kKim}, kNoon + kHour)));
    }
    add_message(writer, submission(5, {kKim}, kNoon));  // has expired
  });
  const auto reading = must_have(store.read());
  const auto all = inbox_of(*reading, kKim);
  CHECK(all.deliveries.size() == 4);
  CHECK_FALSE(all.more);
  const auto two = inbox_of(*reading, kKim, rows[0], 2);
  REQUIRE(two.deliveries.size() == 2);
  CHECK(two.deliveries[0].cursor == rows[1]);
  CHECK(two.deliveries[1].cursor == rows[2]);
  CHECK(two.more);
  const auto narrow = inbox_of(*reading, kKim, 0, 100, 1);
  CHECK(narrow.deliveries.size() == 1);
  CHECK(narrow.more);
}

void check_envelopes(MetaStore& store) {
  MetaWriter& writer = store.writer();
  std::uint64_t row = 0;
  in_transaction(writer, [&] {
    row = add_message(writer, submission(1, {kKim, kOlivia}, kNoon + kHour));
    CHECK(must_have(writer.remove_envelope(row, kKim)));
    CHECK_FALSE(must_have(writer.remove_envelope(row, kKim)));
    CHECK_FALSE(must_have(writer.remove_envelope(row, kLee)));
  });
  const auto reading = must_have(store.read());
  CHECK(inbox_of(*reading, kKim).deliveries.empty());
  CHECK(inbox_of(*reading, kOlivia).deliveries.size() == 1);
  // One that could not open it waits for a new one, at most kMaxRenewals times.
  in_transaction(writer, [&] {
    for (std::uint64_t i = 0; i < relay::kMaxRenewals; ++i) {
      CHECK(must_have(writer.miss_envelope(row, kOlivia)));
      CHECK_FALSE(must_have(writer.miss_envelope(row, kOlivia)));
      CHECK(must_have(writer.renewal(row, kOlivia))->waiting);
      must(writer.renew_envelope(row, {kOlivia, "00112233445566ff", base::Bytes(10, 9)}));
      CHECK_FALSE(must_have(writer.renewal(row, kOlivia))->waiting);
    }
    CHECK(must_have(writer.miss_envelope(row, kOlivia)));
    CHECK_FALSE(must_have(writer.renewal(row, kOlivia))->waiting);
  });
  CHECK(must_have(writer.expired(kNoon + 2 * kHour, 10)).empty());  // nobody waits
}

void check_evidence(MetaStore& store) {
  MetaWriter& writer = store.writer();
  std::uint64_t row = 0;
  in_transaction(writer, [&] {
    row = add_message(writer, submission(1, {kKim, kOlivia}, kNoon + kHour));
    must(writer.add_evidence({row, receipt::State::kRead, kKim, kLee, "read"}, 9));
    must(writer.add_evidence({row, receipt::State::kDelivered, kOlivia, kLee, "delivered"}, 10));
    CHECK(must_have(writer.has_evidence(row, kKim, receipt::State::kRead)));
    CHECK_FALSE(must_have(writer.has_evidence(row, kKim, receipt::State::kDelivered)));
    CHECK(must_have(writer.has_statement(row, "read")));
    CHECK_FALSE(must_have(writer.has_statement(row + 1, "read")));
  });
  const auto reading = must_have(store.read());
  const auto all = must_have(reading->evidence(row));
  REQUIRE(all.size() == 3);
  CHECK(all[0].state == receipt::State::kAccepted);  // first, whatever came later
  const auto said = must_have(reading->receipts_after(kLee, 0, 10));
  REQUIRE(said.size() == 2);
  CHECK(said[0].statement == "read");
  CHECK(said[0].index == 9);
  CHECK(must_have(reading->receipts_after(kLee, said[0].row, 10)).size() == 1);
  CHECK(must_have(reading->receipts_after(kLee, 0, 1)).size() == 1);
  CHECK(must_have(reading->receipts_after(kKim, 0, 10)).empty());
}

void check_expiry(MetaStore& store) {
  MetaWriter& writer = store.writer();
  in_transaction(writer, [&] {
    const auto row = add_message(writer, submission(1, {kKim, kOlivia}, kNoon));
    add_message(writer, submission(2, {kKim}, kNoon + kHour));
    must_have(writer.remove_envelope(row, kKim));
  });
  const auto gone = must_have(writer.expired(kNoon, 10));
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].from == kLee);
  CHECK(gone[0].waiting == std::vector<std::string>{kOlivia});
  in_transaction(writer, [&] { must(writer.remove_expired(gone[0])); });
  CHECK(must_have(writer.expired(kNoon, 10)).empty());
  const auto reading = must_have(store.read());
  CHECK(must_have(reading->message(kLee, gone[0].id)).has_value());  // the tombstone stays
  CHECK(must_have(reading->inbox(kOlivia, 0, 10, 1 << 20, kNoon - kHour)).deliveries.empty());
  CHECK(must_have(writer.expired(kNoon + kHour, 1)).size() == 1);
}

// --- blobs
// ----------------------------------------------------------------------------------------

// One device's queue goes, also what it waits for again; others keep theirs.
void check_departure(MetaStore& store) {
  MetaWriter& writer = store.writer();
  std::uint64_t missed = 0;
  in_transaction(writer, [&] {
    add_message(writer, submission(1, {kKim, kOlivia}, kNoon + kHour));
    missed = add_message(writer, submission(2, {kKim}, kNoon + kHour));
    CHECK(must_have(writer.miss_envelope(missed, kKim)));
    const auto row = add_message(writer, submission(3, {kKim}, kNoon + kHour));
    CHECK(must_have(writer.remove_envelope(row, kKim)));
    must(writer.set_prekey(kKim, "a prekey"));
    must(writer.set_prekey(kOlivia, "another"));
  });
  in_transaction(writer, [&] {
    const auto dropped = must_have(writer.drop_queue(kKim));
    REQUIRE(dropped.size() == 2);
    CHECK(dropped[0].id == submission(1, {kKim}, kNoon).id);
    CHECK(dropped[0].from == kLee);
    CHECK(dropped[1].row == missed);
    CHECK(dropped[1].sha256 == submission(2, {kKim}, kNoon).message_sha256);
    CHECK(dropped[1].purpose == "test-results");
    CHECK(must_have(writer.drop_queue(kKim)).empty());
    must(writer.remove_prekeys(kKim));
  });
  const auto reading = must_have(store.read());
  CHECK(inbox_of(*reading, kKim).deliveries.empty());
  CHECK(inbox_of(*reading, kOlivia).deliveries.size() == 1);
  CHECK_FALSE(must_have(reading->prekey(kKim)).has_value());
  CHECK(must_have(reading->prekey(kOlivia)).has_value());
  // Only the message that somebody still waits for can expire.
  CHECK(must_have(writer.expired(kNoon + 2 * kHour, 10)).size() == 1);
}

void check_blobs(MetaStore& store) {
  MetaWriter& writer = store.writer();
  constexpr std::uint64_t kSize = 2 * wire::kPartSize + 10;
  in_transaction(writer, [&] {
    must(writer.add_blob({kBlob, kLee, kSize, false, {}}, kNoon));
    must(writer.add_part(kBlob, 2, kNoon));
    must(writer.add_part(kBlob, 0, kNoon));
    must(writer.add_part(kBlob, 0, kNoon));
  });
  const auto blob = must_have(writer.reads().blob(kBlob));
  REQUIRE(blob.has_value());
  CHECK(blob->owner == kLee);
  CHECK(blob->size == kSize);
  CHECK_FALSE(blob->complete);
  CHECK(blob->parts == std::vector<std::uint64_t>{0, 2});
  CHECK(must_have(writer.reads().unwritten_blob_bytes()) == 10);
  CHECK(must_have(writer.reads().incomplete_blobs()).size() == 1);
  CHECK(must_have(writer.reads().blob_bytes()) == kSize);
  CHECK(must_have(writer.reads().unsent_blob_bytes(kLee)) == kSize);
  CHECK(must_have(writer.reads().unsent_blob_bytes(kKim)) == 0);
  CHECK(must_have(writer.reads().unnamed_blobs(kLee)) == std::vector<std::string>{kBlob});
  CHECK(must_have(writer.reads().unnamed_blobs(kKim)).empty());
  in_transaction(writer, [&] { must(writer.complete_blob(kBlob, base::Bytes(96, 5), kNoon)); });
  CHECK(must_have(writer.reads().blob(kBlob))->complete);
  CHECK(must_have(writer.reads().blob_leaves(kBlob)) == base::Bytes(96, 5));
  CHECK(must_have(writer.reads().unwritten_blob_bytes()) == 0);
  CHECK(must_have(writer.reads().incomplete_blobs()).empty());
  CHECK(must_have(writer.reads().blob_ids()) == std::vector<std::string>{kBlob});
}

void check_blob_life(MetaStore& store) {
  MetaWriter& writer = store.writer();
  wire::Submission sent = submission(1, {kKim}, kNoon + 3 * kHour);
  sent.blobs = {kBlob};
  in_transaction(writer, [&] {
    must(writer.add_blob({kBlob, kLee, 10, false, {}}, kNoon));
    must(writer.complete_blob(kBlob, base::Bytes(32, 5), kNoon));
  });
  const auto stale = [&](base::Time now, base::Time since) {
    return must_have(writer.stale_blobs(now, since, 10)).size();
  };
  CHECK(stale(kNoon + kHour, kNoon) == 0);  // not untouched for long enough
  CHECK(stale(kNoon + kHour, kNoon + std::chrono::seconds(1)) == 1);
  in_transaction(writer, [&] { add_message(writer, sent); });
  CHECK(stale(kNoon + kHour, kNoon + kHour) == 0);  // a message names it
  CHECK(stale(kNoon + 4 * kHour, kNoon + kHour) == 1);
  MetaReader& reads = writer.reads();
  CHECK(must_have(reads.blob_received(kBlob, kKim, kNoon)));
  CHECK_FALSE(must_have(reads.blob_received(kBlob, kOlivia, kNoon)));
  CHECK_FALSE(must_have(reads.blob_received(kBlob, kKim, kNoon + 4 * kHour)));
  CHECK(must_have(reads.unsent_blob_bytes(kLee)) == 0);
  in_transaction(writer, [&] { must(writer.remove_blob(kBlob)); });
  CHECK(must_have(reads.blob_ids()).empty());
  CHECK_FALSE(must_have(reads.blob_received(kBlob, kKim, kNoon)));
  CHECK_FALSE(reads.blob_leaves(kBlob).has_value());
}

void check_boots(MetaStore& store) {
  MetaWriter& writer = store.writer();
  const std::string other = "ff112233445566778899aabbccddeeff";
  in_transaction(writer, [&] {
    must(writer.forget_unsynced_parts("boot 1"));
    must(writer.add_blob({kBlob, kLee, 10, false, {}}, kNoon));
    must(writer.add_part(kBlob, 0, kNoon));
    must(writer.add_blob({other, kLee, 10, false, {}}, kNoon));
    must(writer.add_part(other, 0, kNoon));
    must(writer.complete_blob(other, base::Bytes(32, 5), kNoon));
  });
  in_transaction(writer, [&] { must(writer.forget_unsynced_parts("boot 1")); });
  CHECK(must_have(writer.reads().blob(kBlob))->parts.size() == 1);
  in_transaction(writer, [&] { must(writer.forget_unsynced_parts("boot 2")); });
  CHECK(must_have(writer.reads().blob(kBlob))->parts.empty());
  CHECK(must_have(writer.reads().blob(other))->complete);
}

void check_journals(MetaStore& store) {
  MetaWriter& writer = store.writer();
  const audit::JournalLink seven{7, crypto::sha256(base::as_bytes("seven"))};
  const audit::JournalLink two{2, crypto::sha256(base::as_bytes("two"))};
  CHECK(must_have(must_have(store.read())->journal(kLee)) == audit::JournalLink{});
  in_transaction(writer, [&] {
    must(writer.set_journal(kLee, seven));
    CHECK(must_have(writer.reads().journal(kLee)) == seven);
  });
  CHECK(must_have(must_have(store.read())->journal(kKim)) == audit::JournalLink{});
  in_transaction(writer, [&] { must(writer.set_journal(kLee, two)); });  // one that begins anew
  CHECK(must_have(must_have(store.read())->journal(kLee)) == two);
}

void check_mfa(MetaStore& store) {
  MetaWriter& writer = store.writer();
  const auto code = [](char c) {
    return crypto::sha256(base::Bytes(1, static_cast<std::uint8_t>(c)));
  };
  const std::vector<crypto::Digest> codes{code('a'), code('b')};
  const relay::StoredMfa lee{"dr.lee", base::Bytes(20, 7), true, 60, 2, 1, kNoon + kHour};
  in_transaction(writer, [&] {
    must(writer.set_mfa({"dr.lee", base::Bytes(20, 1), false, 0, 0, 0, {}}));
    must(writer.set_mfa(lee));
    must(writer.set_recovery_codes("dr.lee", std::vector<crypto::Digest>{code('x')}));
    must(writer.set_recovery_codes("dr.lee", codes));
    must(writer.set_mfa_proof({kLee, "dr.lee", base::Bytes(32, 9), kNoon, kNoon}));
    must(writer.use_mfa_proof(kLee, kNoon + kHour));
    must(writer.use_mfa_proof(kLee, kNoon));  // never goes back
    must(writer.set_mfa_proof({kKim, "nurse.kim", base::Bytes(32, 8), kNoon, kNoon}));
  });
  const auto found = must_have(must_have(store.read())->mfa("dr.lee"));
  REQUIRE(found.has_value());
  CHECK(found->secret == lee.secret);
  CHECK(found->confirmed);
  CHECK(found->last_step == 60);
  CHECK(found->failures == 2);
  CHECK(found->pauses == 1);
  CHECK(found->paused_until == lee.paused_until);
  CHECK_FALSE(must_have(must_have(store.read())->mfa("dr.le")).has_value());
  const auto proof = must_have(must_have(store.read())->mfa_proof(kLee));
  REQUIRE(proof.has_value());
  CHECK(proof->key == base::Bytes(32, 9));
  CHECK(proof->proven == kNoon);
  CHECK(proof->used == kNoon + kHour);
  in_transaction(writer, [&] {
    CHECK_FALSE(must_have(writer.use_recovery_code("dr.lee", code('x'))));
    CHECK_FALSE(must_have(writer.use_recovery_code("nurse.kim", code('a'))));
    CHECK(must_have(writer.use_recovery_code("dr.lee", code('a'))));
    CHECK_FALSE(must_have(writer.use_recovery_code("dr.lee", code('a'))));
  });
  CHECK(must_have(writer.reads().recovery_codes("dr.lee")) == 1);
  in_transaction(writer, [&] {
    CHECK(must_have(writer.remove_mfa("dr.lee")));
    CHECK_FALSE(must_have(writer.remove_mfa("dr.lee")));
  });
  CHECK(must_have(writer.reads().recovery_codes("dr.lee")) == 0);
  CHECK_FALSE(must_have(writer.reads().mfa_proof(kLee)).has_value());
  CHECK(must_have(writer.reads().mfa_proof(kKim)).has_value());
}

relay::StoredOrder order(int number, const std::string& device, const crypto::Digest& key) {
  relay::StoredOrder out;
  out.id = "order " + std::to_string(number);
  out.device = device;
  out.key = key;
  out.statement = "statement " + std::to_string(number);
  out.ordered = kNoon;
  return out;
}

void check_orders(MetaStore& store) {
  MetaWriter& writer = store.writer();
  const crypto::Digest lees = crypto::sha256(base::as_bytes("lee"));
  const crypto::Digest kims = crypto::sha256(base::as_bytes("kim"));
  in_transaction(writer, [&] {
    must(writer.add_order(order(1, kLee, lees)));
    must(writer.add_order(order(2, kKim, kims)));
    must(writer.add_order(order(3, kLee, lees)));
  });
  MetaReader& reads = writer.reads();
  CHECK(must_have(reads.order_of_device(kLee))->id == "order 3");
  CHECK(must_have(reads.order_for_key(lees))->id == "order 3");
  CHECK(must_have(reads.order_for_key(kims))->statement == "statement 2");
  CHECK_FALSE(must_have(reads.order_of_device(kOlivia)).has_value());
  const auto first = must_have(reads.order("order 1"));
  REQUIRE(first.has_value());
  CHECK(first->device == kLee);
  CHECK(first->key == lees);
  CHECK(first->ordered == kNoon);
  CHECK(first->fetched == base::Time());
  in_transaction(writer, [&] {
    must(writer.order_fetched(first->row, kNoon + kHour));
    must(writer.order_obeyed(first->row, kNoon + 2 * kHour, "answer", "voucher"));
  });
  const auto after = must_have(reads.order("order 1"));
  CHECK(after->fetched == kNoon + kHour);
  CHECK(after->wiped == kNoon + 2 * kHour);
  CHECK(after->answer == "answer");
  CHECK(after->voucher == "voucher");
  CHECK(must_have(reads.order("order 3"))->wiped == base::Time());
}

void check_many_readers(MetaStore& store) {
  in_transaction(store.writer(), [&] { must(store.writer().add_trust_entry(0, "entry")); });
  std::vector<MetaStore::Reading> readers;
  for (int i = 0; i < 20; ++i) readers.push_back(must_have(store.read()));
  for (const auto& reader : readers) CHECK(must_have(reader->trust_size()) == 1);
}

}  // namespace

void check_store(const std::function<OpenStore()>& fresh) {
  const OpenStore open = fresh();
  SUBCASE("an empty store has nothing") { check_empty(*open()); }
  SUBCASE("what is committed is seen and stays, and nothing else") { check_visibility(open); }
  SUBCASE("a step is kept or undone alone") { check_steps(*open()); }
  SUBCASE("a nonce is new once") { check_nonces(*open()); }
  SUBCASE("a one-time prekey has one taker") { check_prekeys(*open()); }
  SUBCASE("entries of the trust chain keep their numbers") { check_chain(*open()); }
  SUBCASE("leaves, tiles and the latest checkpoint") { check_log(*open()); }
  SUBCASE("a message is found by its sender and reaches whom it was accepted for") {
    check_message(*open());
  }
  SUBCASE("an inbox is read in pages") { check_inbox(*open()); }
  SUBCASE("envelopes go one by one and can be renewed") { check_envelopes(*open()); }
  SUBCASE("evidence is kept with its message and its sender") { check_evidence(*open()); }
  SUBCASE("what has expired is told and removed") { check_expiry(*open()); }
  SUBCASE("the queue and the prekeys of a device go at once") { check_departure(*open()); }
  SUBCASE("a blob grows by its parts") { check_blobs(*open()); }
  SUBCASE("a blob lives as long as it is needed") { check_blob_life(*open()); }
  SUBCASE("parts of another boot are forgotten") { check_boots(*open()); }
  SUBCASE("journals: the last entry of each device") { check_journals(*open()); }
  SUBCASE("one-time codes: secrets, recovery codes, proofs") { check_mfa(*open()); }
  SUBCASE("the newest order for a device counts") { check_orders(*open()); }
  SUBCASE("messages that are taken back") { check_recalls(*open()); }
  SUBCASE("the register") { check_register(open); }
  SUBCASE("many read at once") { check_many_readers(*open()); }
}

}  // namespace sealpost::testing
