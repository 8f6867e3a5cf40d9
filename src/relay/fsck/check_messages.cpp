// Messages: each in form, with the relay's receipt, with as many envelopes as it waits for, and
// with its payload as long as it waits for one.
#include <algorithm>

#include "relay/fsck/examination.hpp"
#include "text/uuid.hpp"

namespace sealpost::relay {
namespace {

constexpr std::string_view kWaiting =
    "SELECT (SELECT count(*) FROM envelopes WHERE device = (SELECT id FROM names WHERE name = ?) "
    "AND message = ?) + (SELECT count(*) FROM renewals WHERE device = "
    "(SELECT id FROM names WHERE name = ?) AND message = ? AND waiting = 1)";

struct Row {
  std::uint64_t number;
  std::string id;
  base::Bytes tag;
  base::Bytes sha256;
  std::uint64_t pending;
  base::Bytes recipients;
  bool has_payload;
  bool has_receipt;
  std::uint64_t open_links;
};

Row read_row(const Query& query) {
  return {query.number(0),      query.text(1),        query.bytes(2),
          query.bytes(3),       query.number(4),      query.bytes(5),
          query.number(6) != 0, query.number(7) != 0, query.number(8)};
}

// Devices that have their envelope still to fetch, or wait for a new one. Through the recipients,
// because envelopes are found by their device.
base::Result<std::uint64_t> count_waiting(Examination& all, std::uint64_t message,
                                          const std::vector<wire::RecipientResult>& recipients) {
  std::uint64_t count = 0;
  for (const wire::RecipientResult& recipient : recipients) {
    TRY(Query query, all.db.query(kWaiting));
    const std::string_view device = recipient.device;
    query.bind(device).bind(message).bind(device).bind(message);
    TRY(const bool row, query.step());
    if (row) count += query.number(0);
  }
  return count;
}

base::Result<void> check_envelope_count(Examination& all, const Row& row) {
  const auto recipients = all.reader.read_recipients(row.recipients);
  if (!recipients) return all.damage(Part::kMessage, row.id, "its recipients cannot be read");
  TRY(const std::uint64_t devices, count_waiting(all, row.number, *recipients));
  const std::uint64_t count = devices + row.open_links;
  if (count == row.pending) return {};
  return all.damage(Part::kMessage, row.id,
                    "waits for " + std::to_string(row.pending) +
                        " devices or links, and envelopes, renewals and links there are " +
                        std::to_string(count));
}

base::Result<void> check_message(Examination& all, const Row& row) {
  const auto wrong = [&](std::string what) {
    return all.damage(Part::kMessage, row.id, std::move(what));
  };
  if (!text::is_uuid(row.id)) TRY(wrong("its id is out of form"));
  if (row.tag.size() != sizeof(crypto::Digest)) TRY(wrong("its tag is out of form"));
  if (row.sha256.size() != sizeof(crypto::Digest)) TRY(wrong("its hash is out of form"));
  if (!row.has_receipt) TRY(wrong("has no accepted receipt"));
  if (row.pending > 0 && !row.has_payload) {
    TRY(all.damage(Part::kPayload, row.id, "is missing, although devices wait for it"));
  }
  return check_envelope_count(all, row);
}

base::Result<void> check_envelope(Examination& all, const std::string& device,
                                  const std::string& id, base::ByteView stored) {
  if (id.empty()) {
    return all.damage(Part::kEnvelope, device, "its message is not there");
  }
  const auto recipients = all.reader.read_recipients(stored);
  if (!recipients) return {};  // said of the message
  const bool meant = std::any_of(recipients->begin(), recipients->end(), [&](const auto& one) {
    return one.device == device && one.state == wire::RecipientState::kAccepted;
  });
  if (meant) return {};
  return all.damage(Part::kEnvelope, id, "is for " + device + ", which is no recipient");
}

}  // namespace

base::Result<void> check_messages(Examination& all) {
  TRY(Query query,
      all.db.query("SELECT id, uuid, tag, sha256, pending, recipients, "
                   "EXISTS(SELECT 1 FROM payloads p WHERE p.id = m.id), "
                   "EXISTS(SELECT 1 FROM evidence e WHERE e.message = m.id AND e.state = 0), "
                   "(SELECT count(*) FROM links l WHERE l.message = m.id AND l.header <> x'') "
                   "FROM messages m ORDER BY id"));
  for (;;) {
    TRY(const bool more, query.step());
    if (!more) return {};
    ++all.found.messages;
    const Row row = read_row(query);
    TRY(check_message(all, row));
    TRY(all.passed(row.recipients.size()));
  }
}

base::Result<void> check_envelopes(Examination& all) {
  TRY(Query query, all.db.query("SELECT coalesce(n.name, '?'), coalesce(m.uuid, ''), m.recipients, "
                                "length(e.header) FROM envelopes e "
                                "LEFT JOIN names n ON n.id = e.device "
                                "LEFT JOIN messages m ON m.id = e.message ORDER BY e.id"));
  for (;;) {
    TRY(const bool more, query.step());
    if (!more) return {};
    ++all.found.envelopes;
    const base::Bytes recipients = query.bytes(2);
    TRY(check_envelope(all, query.text(0), query.text(1), recipients));
    TRY(all.passed(query.number(3)));
  }
}

}  // namespace sealpost::relay
