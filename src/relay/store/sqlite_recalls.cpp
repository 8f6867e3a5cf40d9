// Messages that are taken back, in SQL.
#include "relay/store/sqlite_writer.hpp"

namespace sealpost::relay {

base::Result<std::vector<std::string>> SqliteReader::senders_of(std::string_view id) {
  TRY(Query query, db_->query("SELECT n.name FROM names n CROSS JOIN messages m "
                              "ON m.sender = n.id AND m.uuid = ? ORDER BY n.id"));
  query.bind(id);
  return texts(std::move(query));
}

base::Result<std::optional<std::string>> SqliteReader::recall_of(std::uint64_t message) {
  TRY(Query query, db_->query("SELECT statement FROM recalls WHERE message = ?"));
  query.bind(message);
  return maybe_text(std::move(query));
}

base::Result<std::vector<wire::InboxRecall>> SqliteReader::recalls(std::string_view device,
                                                                   std::uint64_t after,
                                                                   std::size_t limit) {
  TRY(Query query, db_->query("SELECT r.id, r.statement FROM recall_devices d "
                              "JOIN recalls r ON r.id = d.recall WHERE d.device = "
                              "(SELECT id FROM names WHERE name = ?1) AND d.recall > CASE "
                              "WHEN ?2 > (SELECT coalesce(max(id), 0) FROM recalls) THEN 0 "
                              "ELSE ?2 END ORDER BY d.recall LIMIT ?3"));
  query.bind(device).bind(after).bind(limit);
  std::vector<wire::InboxRecall> out;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return out;
    out.push_back({query.number(0), query.text(1)});
  }
}

base::Result<std::vector<std::string>> SqliteWriter::release_blobs(std::uint64_t message) {
  std::vector<std::string> gone;
  {
    TRY(Query query, db_->query("SELECT blob FROM message_blobs b WHERE message = ?1 AND NOT EXISTS"
                                "(SELECT 1 FROM message_blobs o WHERE o.blob = b.blob AND "
                                "o.message <> ?1) AND NOT EXISTS(SELECT 1 FROM entry_blobs k WHERE "
                                "k.blob = b.blob)"));
    query.bind(message);
    for (;;) {
      TRY(const bool row, query.step());
      if (!row) break;
      gone.push_back(query.text(0));
    }
  }
  for (const std::string& blob : gone) TRY(remove_blob(blob));
  TRY(run("DELETE FROM message_blobs WHERE message = ?", message));
  return gone;
}

base::Result<std::string> SqliteWriter::recall_link(std::uint64_t message) {
  TRY(Query query, db_->query("SELECT contact, header <> x'' FROM links WHERE message = ?"));
  query.bind(message);
  TRY(const bool there, query.step());
  if (!there) return std::string();
  std::string contact = query.number(1) != 0 ? query.text(0) : std::string();
  TRY(run("UPDATE links SET state = ?, header = x'' WHERE message = ?",
          static_cast<std::uint64_t>(LinkState::kRecalled), message));
  return contact;
}

base::Result<Withdrawn> SqliteWriter::withdraw(std::uint64_t message) {
  Withdrawn out;
  base::Bytes recipients;
  {
    TRY(Query query, db_->query("SELECT recipients FROM messages WHERE id = ?"));
    query.bind(message);
    TRY(const bool there, query.step());
    if (there) recipients = query.bytes(0);
  }
  TRY(out.devices, waiting(message, recipients));
  for (const std::string& device : out.devices) TRY(remove_envelope(message, device));
  TRY(out.contact, recall_link(message));
  TRY(run("UPDATE messages SET pending = 0 WHERE id = ?", message));
  TRY(run("DELETE FROM payloads WHERE id = ?", message));
  TRY(out.blobs, release_blobs(message));
  return out;
}

base::Result<std::uint64_t> SqliteWriter::add_recall(std::uint64_t message,
                                                     std::string_view statement,
                                                     std::span<const std::string> devices) {
  TRY(run("INSERT INTO recalls(message, statement, leaf) VALUES(?, ?, -1)", message, statement));
  const auto row = static_cast<std::uint64_t>(db_->last_row());
  for (const std::string& device : devices) {
    TRY(const std::uint64_t number, name_number(device));
    TRY(run("INSERT INTO recall_devices(device, recall) VALUES(?, ?)", number, row));
  }
  return row;
}

base::Result<void> SqliteWriter::set_recall_leaf(std::uint64_t row, std::uint64_t leaf) {
  return run("UPDATE recalls SET leaf = ? WHERE id = ?", leaf, row);
}

}  // namespace sealpost::relay
