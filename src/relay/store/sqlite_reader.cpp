#include "relay/store/sqlite_reader.hpp"

namespace sealpost::relay {

base::Result<std::vector<std::string>> SqliteReader::texts(Query query) {
  std::vector<std::string> out;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return out;
    out.push_back(query.text(0));
  }
}

base::Result<std::optional<std::string>> SqliteReader::maybe_text(Query query) {
  TRY(const bool row, query.step());
  return row ? std::optional(query.text(0)) : std::nullopt;
}

base::Result<std::uint64_t> SqliteReader::number(std::string_view sql) {
  TRY(Query query, db_->query(sql));
  TRY(const bool row, query.step());
  return row ? query.number(0) : 0;
}

base::Result<std::vector<std::string>> SqliteReader::trust_entries(std::uint64_t from,
                                                                   std::size_t limit) {
  TRY(Query query, db_->query("SELECT entry FROM trust WHERE number >= ? ORDER BY number LIMIT ?"));
  query.bind(from).bind(limit);
  return texts(std::move(query));
}

base::Result<std::uint64_t> SqliteReader::trust_size() {
  return number("SELECT coalesce(max(number) + 1, 0) FROM trust");
}

base::Result<std::optional<LoggedEntry>> SqliteReader::logged_entry(std::uint64_t number) {
  TRY(Query query, db_->query("SELECT t.entry, l.leaf FROM trust t JOIN trust_leaves l "
                              "ON l.number = t.number WHERE t.number = ?"));
  query.bind(number);
  TRY(const bool row, query.step());
  if (!row) return std::optional<LoggedEntry>();
  return std::optional(LoggedEntry{number, query.text(0), query.number(1)});
}

base::Result<std::vector<wire::RecipientResult>> SqliteReader::read_recipients(
    base::ByteView stored) {
  std::vector<wire::RecipientResult> out;
  base::Reader reader(stored);
  while (!reader.empty()) {
    TRY(const std::uint64_t name, reader.be(8));
    TRY(const std::uint64_t state, reader.be(1));
    TRY(Query query, db_->query("SELECT name FROM names WHERE id = ?"));
    query.bind(name);
    TRY(const bool row, query.step());
    if (!row || state > static_cast<std::uint64_t>(wire::RecipientState::kRefused)) {
      return base::Error{base::Code::kVerificationFailed, "the relay's store is damaged", ""};
    }
    out.push_back({query.text(0), static_cast<wire::RecipientState>(state)});
  }
  return out;
}

base::Result<std::optional<StoredMessage>> SqliteReader::message(std::string_view from,
                                                                 std::string_view id) {
  TRY(Query query, db_->query("SELECT id, tag, sha256, purpose, expires, recipients FROM messages "
                              "WHERE sender = (SELECT id FROM names WHERE name = ?) AND uuid = ?"));
  query.bind(from).bind(id);
  TRY(const bool row, query.step());
  if (!row) return std::optional<StoredMessage>();
  StoredMessage out;
  out.row = query.number(0);
  out.from = from;
  out.id = id;
  out.tag = query.bytes(1);
  TRY(out.sha256, crypto::digest_from(query.bytes(2)));
  out.purpose = query.text(3);
  out.expires = from_millis(query.number(4));
  const base::Bytes recipients = query.bytes(5);
  TRY(out.recipients, read_recipients(recipients));
  return std::optional(std::move(out));
}

base::Result<wire::Inbox> SqliteReader::inbox(std::string_view device, std::uint64_t after,
                                              std::size_t limit, std::size_t max_bytes,
                                              base::Time now) {
  TRY(Query query,
      db_->query("SELECT m.id, m.uuid, n.name, m.expires, e.prekey, e.header, p.body, v.statement "
                 "FROM envelopes e CROSS JOIN messages m ON m.id = e.message "
                 "CROSS JOIN payloads p ON p.id = m.id CROSS JOIN names n ON n.id = m.sender "
                 "CROSS JOIN evidence v ON v.message = m.id AND v.state = 0 "
                 "WHERE e.device = (SELECT id FROM names WHERE name = ?) AND e.message > ? "
                 "AND m.expires > ? ORDER BY e.message LIMIT ?"));
  query.bind(device).bind(after).bind(to_millis(now)).bind(limit + 1);
  wire::Inbox out;
  std::size_t bytes = 0;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return out;
    wire::Delivery delivery{
        query.number(0), query.text(1),  query.text(2),  from_millis(query.number(3)),
        query.text(4),   query.bytes(5), query.bytes(6), query.text(7)};
    bytes += delivery.payload.size() + delivery.header.size() + delivery.receipt.size();
    out.more = out.deliveries.size() == limit || (!out.deliveries.empty() && bytes > max_bytes);
    if (out.more) return out;
    out.deliveries.push_back(std::move(delivery));
  }
}

base::Result<std::vector<std::uint64_t>> SqliteReader::not_handed_out(std::string_view device,
                                                                      std::uint64_t after,
                                                                      std::uint64_t last) {
  TRY(Query query, db_->query("SELECT message FROM envelopes WHERE device = "
                              "(SELECT id FROM names WHERE name = ?) AND message > ? "
                              "AND message <= ? AND handed = 0 ORDER BY message"));
  query.bind(device).bind(after).bind(last);
  std::vector<std::uint64_t> out;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return out;
    out.push_back(query.number(0));
  }
}

base::Result<std::vector<StoredEvidence>> SqliteReader::read_evidence(Query query) {
  std::vector<StoredEvidence> out;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return out;
    out.push_back({query.number(0), query.text(1), query.number(2),
                   static_cast<receipt::State>(query.number(3))});
  }
}

base::Result<std::vector<StoredEvidence>> SqliteReader::evidence(std::uint64_t message) {
  TRY(Query query, db_->query("SELECT id, statement, leaf, state FROM evidence "
                              "WHERE message = ? ORDER BY state, signer, id"));
  query.bind(message);
  return read_evidence(std::move(query));
}

base::Result<std::vector<StoredEvidence>> SqliteReader::receipts_after(std::string_view sender,
                                                                       std::uint64_t after,
                                                                       std::size_t limit) {
  TRY(Query query, db_->query("SELECT id, statement, leaf, state FROM evidence WHERE sender = "
                              "(SELECT id FROM names WHERE name = ?) AND id > ? AND state <> 0 "
                              "ORDER BY id LIMIT ?"));
  query.bind(sender).bind(after).bind(limit);
  return read_evidence(std::move(query));
}

base::Result<std::optional<StoredBlob>> SqliteReader::blob(std::string_view id) {
  TRY(Query query, db_->query("SELECT n.name, b.size, b.complete FROM blobs b "
                              "JOIN names n ON n.id = b.owner WHERE b.id = ?"));
  query.bind(id);
  TRY(const bool row, query.step());
  if (!row) return std::optional<StoredBlob>();
  StoredBlob out{std::string(id), query.text(0), query.number(1), query.number(2) != 0, {}};
  TRY(Query parts, db_->query("SELECT part FROM parts WHERE blob = ? ORDER BY part"));
  parts.bind(id);
  for (;;) {
    TRY(const bool more, parts.step());
    if (!more) return std::optional(std::move(out));
    out.parts.push_back(parts.number(0));
  }
}

base::Result<base::Bytes> SqliteReader::blob_leaves(std::string_view id) {
  TRY(Query query, db_->query("SELECT hashes FROM blob_leaves WHERE blob = ?"));
  query.bind(id);
  TRY(const bool row, query.step());
  if (!row) return base::Error{base::Code::kNotFound, "no such blob", ""};
  return query.bytes(0);
}

base::Result<bool> SqliteReader::blob_received(std::string_view id, std::string_view device,
                                               base::Time now) {
  TRY(Query query, db_->query("SELECT m.recipients FROM message_blobs b JOIN messages m "
                              "ON m.id = b.message WHERE b.blob = ? AND m.expires > ?"));
  query.bind(id).bind(to_millis(now));
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return false;
    const base::Bytes stored = query.bytes(0);
    TRY(const auto recipients, read_recipients(stored));
    for (const wire::RecipientResult& recipient : recipients) {
      const bool accepted = recipient.state == wire::RecipientState::kAccepted;
      if (accepted && recipient.device == device) return true;
    }
  }
}

base::Result<std::uint64_t> SqliteReader::blob_bytes() {
  return number("SELECT coalesce(sum(size), 0) FROM blobs");
}

base::Result<std::uint64_t> SqliteReader::unsent_blob_bytes(std::string_view owner) {
  TRY(Query query,
      db_->query("SELECT coalesce(sum(size), 0) FROM blobs b WHERE owner = "
                 "(SELECT id FROM names WHERE name = ?) AND NOT EXISTS(SELECT 1 FROM message_blobs "
                 "r WHERE r.blob = b.id) AND NOT EXISTS(SELECT 1 FROM entry_blobs k WHERE k.blob = "
                 "b.id)"));
  query.bind(owner);
  TRY(const bool row, query.step());
  return row ? query.number(0) : 0;
}

base::Result<std::vector<std::string>> SqliteReader::unnamed_blobs(std::string_view owner) {
  TRY(Query query,
      db_->query("SELECT id FROM blobs b WHERE owner = (SELECT id FROM names WHERE name = ?) AND "
                 "NOT EXISTS(SELECT 1 FROM message_blobs r WHERE r.blob = b.id) AND "
                 "NOT EXISTS(SELECT 1 FROM entry_blobs k WHERE k.blob = b.id)"));
  query.bind(owner);
  return texts(std::move(query));
}

base::Result<std::vector<std::string>> SqliteReader::blob_ids() {
  TRY(Query query, db_->query("SELECT id FROM blobs"));
  return texts(std::move(query));
}

base::Result<std::vector<StoredBlob>> SqliteReader::incomplete_blobs() {
  TRY(Query query, db_->query("SELECT id FROM blobs WHERE complete = 0 ORDER BY id"));
  TRY(const auto ids, texts(std::move(query)));
  std::vector<StoredBlob> out;
  for (const std::string& id : ids) {
    TRY(auto found, blob(id));
    if (found) out.push_back(*std::move(found));
  }
  return out;
}

base::Result<std::uint64_t> SqliteReader::unwritten_blob_bytes() {
  TRY(Query query, db_->query("SELECT coalesce(sum(max(0, size - ? * (SELECT count(*) FROM parts p "
                              "WHERE p.blob = b.id))), 0) FROM blobs b WHERE complete = 0"));
  query.bind(wire::kPartSize);
  TRY(const bool row, query.step());
  return row ? query.number(0) : 0;
}

base::Result<std::uint64_t> SqliteReader::tree_size() {
  return number("SELECT coalesce(max(id) + 1, 0) FROM leaves");
}

base::Result<std::vector<base::Bytes>> SqliteReader::leaves(std::uint64_t from, std::size_t limit) {
  TRY(Query query, db_->query("SELECT leaf FROM leaves WHERE id >= ? ORDER BY id LIMIT ?"));
  query.bind(from).bind(limit);
  std::vector<base::Bytes> out;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return out;
    out.push_back(query.bytes(0));
  }
}

base::Result<base::Bytes> SqliteReader::tile(int level, std::uint64_t index) {
  TRY(Query query, db_->query("SELECT hashes FROM tiles WHERE id = ?"));
  query.bind(tile_key(level, index));
  TRY(const bool row, query.step());
  return row ? query.bytes(0) : base::Bytes();
}

base::Result<std::optional<std::string>> SqliteReader::checkpoint() {
  TRY(Query query, db_->query("SELECT value FROM facts WHERE name = 'checkpoint'"));
  return maybe_text(std::move(query));
}

}  // namespace sealpost::relay
