// Messages, envelopes and evidence.
#include "relay/store/sqlite_writer.hpp"

namespace sealpost::relay {
namespace {

bool accepted(const wire::RecipientResult& recipient) {
  return recipient.state == wire::RecipientState::kAccepted;
}

}  // namespace

base::Result<base::Bytes> SqliteWriter::write_recipients(const NewMessage& message,
                                                         std::uint64_t& pending) {
  base::Bytes out;
  for (const wire::RecipientResult& recipient : message.recipients) {
    TRY(const std::uint64_t number, name_number(recipient.device));
    base::append_be(out, number, 8);
    base::append_be(out, static_cast<std::uint64_t>(recipient.state), 1);
    if (accepted(recipient)) ++pending;
  }
  return out;
}

base::Result<void> SqliteWriter::add_envelopes(const NewMessage& message, std::uint64_t row) {
  const auto& envelopes = message.submission.envelopes;
  for (std::size_t i = 0; i < envelopes.size(); ++i) {
    if (!accepted(message.recipients[i])) continue;
    TRY(const std::uint64_t device, name_number(envelopes[i].device));
    TRY(run("INSERT INTO envelopes(device, message, prekey, header) VALUES(?, ?, ?, ?)", device,
            row, std::string_view(envelopes[i].prekey), base::ByteView(envelopes[i].header)));
  }
  return {};
}

base::Result<std::uint64_t> SqliteWriter::add_message(const NewMessage& message) {
  const wire::Submission& what = message.submission;
  TRY(const std::uint64_t sender, name_number(message.from));
  std::uint64_t pending = what.link ? 1 : 0;
  TRY(const base::Bytes recipients, write_recipients(message, pending));
  TRY(
      run("INSERT INTO messages(sender, uuid, tag, sha256, purpose, expires, pending, recipients) "
          "VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
          sender, std::string_view(what.id), base::ByteView(what.tag),
          base::ByteView(what.message_sha256), std::string_view(what.purpose),
          to_millis(what.expires), pending, base::ByteView(recipients)));
  const auto row = static_cast<std::uint64_t>(db_->last_row());
  TRY(run("INSERT INTO payloads(id, body) VALUES(?, ?)", row, base::ByteView(what.payload)));
  TRY(add_envelopes(message, row));
  if (what.link) TRY(add_link(message, row));
  for (const std::string& blob : what.blobs) {
    TRY(run("INSERT OR IGNORE INTO message_blobs(blob, message) VALUES(?, ?)",
            std::string_view(blob), row));
  }
  return row;
}

// False when there was none.
base::Result<bool> SqliteWriter::take_envelope(std::uint64_t message, std::uint64_t device) {
  TRY(run("DELETE FROM envelopes WHERE device = ? AND message = ?", device, message));
  return db_->changes() == 1;
}

base::Result<HandOut> SqliteWriter::hand_out(std::uint64_t message, std::string_view device) {
  TRY(const std::uint64_t number, name_number(device));
  TRY(run("UPDATE envelopes SET handed = 1 WHERE device = ? AND message = ? AND handed = 0", number,
          message));
  if (db_->changes() == 1) return HandOut::kFirst;
  TRY(Query query, db_->query("SELECT 1 FROM envelopes WHERE device = ? AND message = ?"));
  query.bind(number).bind(message);
  TRY(const bool there, query.step());
  return there ? HandOut::kAgain : HandOut::kGone;
}

// One device less needs the payload.
base::Result<void> SqliteWriter::settle_one(std::uint64_t message) {
  TRY(run("UPDATE messages SET pending = pending - 1 WHERE id = ?", message));
  return run(
      "DELETE FROM payloads WHERE id = ? AND "
      "(SELECT pending FROM messages WHERE messages.id = payloads.id) = 0",
      message);
}

base::Result<bool> SqliteWriter::remove_envelope(std::uint64_t message, std::string_view device) {
  TRY(const std::uint64_t number, name_number(device));
  TRY(bool there, take_envelope(message, number));
  if (!there) {
    TRY(run("UPDATE renewals SET waiting = 0 WHERE message = ? AND device = ? AND waiting = 1",
            message, number));
    there = db_->changes() == 1;
  }
  if (there) TRY(settle_one(message));
  return there;
}

base::Result<std::vector<DroppedMessage>> SqliteWriter::drop_queue(std::string_view device) {
  TRY(const std::uint64_t number, name_number(device));
  std::vector<DroppedMessage> out;
  {
    TRY(Query query,
        db_->query("SELECT m.id, n.name, m.uuid, m.sha256, m.purpose FROM messages m "
                   "JOIN names n ON n.id = m.sender WHERE m.id IN "
                   "(SELECT message FROM envelopes WHERE device = ? UNION "
                   "SELECT message FROM renewals WHERE device = ? AND waiting = 1) ORDER BY m.id"));
    query.bind(number).bind(number);
    for (;;) {
      TRY(const bool row, query.step());
      if (!row) break;
      TRY(const crypto::Digest sha256, crypto::digest_from(query.bytes(3)));
      out.push_back({query.number(0), query.text(1), query.text(2), sha256, query.text(4)});
    }
  }
  for (const DroppedMessage& message : out) TRY(remove_envelope(message.row, device));
  return out;
}

base::Result<bool> SqliteWriter::miss_envelope(std::uint64_t message, std::string_view device) {
  TRY(const std::uint64_t number, name_number(device));
  TRY(const bool there, take_envelope(message, number));
  if (!there) return false;
  TRY(
      run("INSERT INTO renewals(message, device, resent, waiting, header) VALUES(?, ?, 0, 1, x'') "
          "ON CONFLICT(message, device) DO UPDATE SET waiting = resent < ?",
          message, number, kMaxRenewals));
  TRY(const std::optional<Renewal> now, renewal(message, device));
  if (now && !now->waiting) TRY(settle_one(message));
  return true;
}

base::Result<std::optional<Renewal>> SqliteWriter::renewal(std::uint64_t message,
                                                           std::string_view device) {
  TRY(Query query, db_->query("SELECT resent, waiting, header FROM renewals WHERE message = ? AND "
                              "device = (SELECT id FROM names WHERE name = ?)"));
  query.bind(message).bind(device);
  TRY(const bool row, query.step());
  if (!row) return std::optional<Renewal>();
  return std::optional(Renewal{query.number(0), query.number(1) != 0, query.bytes(2)});
}

base::Result<void> SqliteWriter::renew_envelope(std::uint64_t message,
                                                const wire::Envelope& envelope) {
  TRY(const std::uint64_t device, name_number(envelope.device));
  const crypto::Digest header = crypto::sha256(envelope.header);
  TRY(
      run("UPDATE renewals SET resent = resent + 1, waiting = 0, header = ? "
          "WHERE message = ? AND device = ?",
          base::ByteView(header), message, device));
  return run("INSERT INTO envelopes(device, message, prekey, header) VALUES(?, ?, ?, ?)", device,
             message, std::string_view(envelope.prekey), base::ByteView(envelope.header));
}

base::Result<void> SqliteWriter::add_evidence(const NewEvidence& evidence, std::uint64_t leaf) {
  TRY(const std::uint64_t signer, name_number(evidence.by));
  TRY(const std::uint64_t sender, name_number(evidence.from));
  return run(
      "INSERT INTO evidence(message, state, signer, sender, leaf, statement) "
      "VALUES(?, ?, ?, ?, ?, ?)",
      evidence.message, static_cast<std::uint64_t>(evidence.state), signer, sender, leaf,
      std::string_view(evidence.statement));
}

base::Result<bool> SqliteWriter::has_evidence(std::uint64_t message, std::string_view by,
                                              receipt::State state) {
  TRY(Query query, db_->query("SELECT 1 FROM evidence WHERE message = ? AND state = ? AND signer = "
                              "(SELECT id FROM names WHERE name = ?)"));
  query.bind(message).bind(static_cast<std::uint64_t>(state)).bind(by);
  return query.step();
}

base::Result<bool> SqliteWriter::has_statement(std::uint64_t message, std::string_view statement) {
  TRY(Query query, db_->query("SELECT 1 FROM evidence WHERE message = ? AND statement = ?"));
  query.bind(message).bind(statement);
  return query.step();
}

base::Result<std::vector<std::string>> SqliteWriter::waiting(std::uint64_t message,
                                                             base::ByteView recipients) {
  TRY(const auto all, reads_.read_recipients(recipients));
  std::vector<std::string> out;
  for (const wire::RecipientResult& recipient : all) {
    TRY(const std::uint64_t device, name_number(recipient.device));
    TRY(Query query, db_->query("SELECT 1 FROM envelopes WHERE device = ? AND message = ? UNION "
                                "SELECT 1 FROM renewals WHERE device = ? AND message = ? "
                                "AND waiting = 1"));
    query.bind(device).bind(message).bind(device).bind(message);
    TRY(const bool there, query.step());
    if (there) out.push_back(recipient.device);
  }
  return out;
}

base::Result<std::vector<ExpiredMessage>> SqliteWriter::expired(base::Time now, std::size_t limit) {
  TRY(Query query, db_->query("SELECT m.id, n.name, m.uuid, m.sha256, m.purpose, m.recipients, "
                              "(SELECT contact FROM links WHERE message = m.id) "
                              "FROM messages m JOIN names n ON n.id = m.sender "
                              "WHERE m.pending > 0 AND m.expires <= ? "
                              "ORDER BY m.expires LIMIT ?"));
  query.bind(to_millis(now)).bind(limit);
  std::vector<ExpiredMessage> out;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return out;
    const base::Bytes recipients = query.bytes(5);
    TRY(auto devices, waiting(query.number(0), recipients));
    TRY(const crypto::Digest sha256, crypto::digest_from(query.bytes(3)));
    out.push_back({query.number(0), query.text(1), query.text(2), sha256, query.text(4),
                   std::move(devices), query.text(6)});
  }
}

base::Result<void> SqliteWriter::remove_expired(const ExpiredMessage& message) {
  for (const std::string& name : message.waiting) {
    TRY(const std::uint64_t device, name_number(name));
    TRY(run("DELETE FROM envelopes WHERE device = ? AND message = ?", device, message.row));
  }
  TRY(run("DELETE FROM renewals WHERE message = ?", message.row));
  TRY(run("UPDATE links SET header = x'' WHERE message = ?", message.row));
  TRY(run("UPDATE messages SET pending = 0 WHERE id = ?", message.row));
  return run("DELETE FROM payloads WHERE id = ?", message.row);
}

}  // namespace sealpost::relay
