// The register in SQL: entries, contact keys, grants.
//
// A contact's key must be gone when it is shredded, also from the parts of the file that hold no
// row. Keys are only added at the end of their table and only overwritten in place with as many
// zeros, so that SQLite never copies one from page to page; secure_delete = FAST wipes what a page
// leaves behind when the table's root first splits.
#include "relay/store/sqlite_writer.hpp"

namespace sealpost::relay {
namespace {

constexpr std::size_t kEntryOverhead = 64;  // of the CBOR around an entry
constexpr std::size_t kKeyBytes = 160;      // of a wrapped key in CBOR

}  // namespace

base::Result<RegisterHead> SqliteReader::register_head(std::string_view stream) {
  TRY(Query query, db_->query("SELECT number, epoch, (SELECT min(number) FROM register_entries f "
                              "WHERE f.stream = e.stream AND f.epoch = e.epoch), head FROM "
                              "register_entries e WHERE stream = ? ORDER BY number DESC LIMIT 1"));
  query.bind(stream);
  TRY(const bool row, query.step());
  if (!row) return RegisterHead{};
  RegisterHead out{query.number(0), query.number(1), query.number(2), {}};
  TRY(out.head, crypto::digest_from(query.bytes(3)));
  return out;
}

base::Result<std::optional<RegisterMark>> SqliteReader::register_entry(std::string_view stream,
                                                                       std::string_view author,
                                                                       std::string_view id) {
  TRY(Query query, db_->query("SELECT number, sha256 FROM register_entries WHERE stream = ? AND "
                              "author = (SELECT id FROM names WHERE name = ?) AND uuid = ?"));
  query.bind(stream).bind(author).bind(id);
  TRY(const bool row, query.step());
  if (!row) return std::optional<RegisterMark>();
  RegisterMark out{query.number(0), {}};
  TRY(out.sha256, crypto::digest_from(query.bytes(1)));
  return std::optional(out);
}

// Adds the keys that came with an entry and are not shredded; how many.
base::Result<std::size_t> SqliteReader::add_keys(std::string_view stream, std::uint64_t number,
                                                 std::vector<wire::WrappedKey>& out) {
  TRY(Query query, db_->query("SELECT contact, epoch, wrapped FROM contact_keys WHERE stream = ? "
                              "AND number = ? AND wrapped <> zeroblob(72) ORDER BY id"));
  query.bind(stream).bind(number);
  std::size_t count = 0;
  for (;; ++count) {
    TRY(const bool row, query.step());
    if (!row) return count;
    out.push_back({query.text(0), query.number(1), query.bytes(2)});
  }
}

base::Result<wire::RegisterEntries> SqliteReader::register_entries(std::string_view stream,
                                                                   std::uint64_t after,
                                                                   std::size_t limit,
                                                                   std::size_t max_bytes) {
  TRY(Query query,
      db_->query("SELECT e.number, f.file, e.leaf, l.leaf FROM register_entries e "
                 "CROSS JOIN register_files f ON f.id = e.id CROSS JOIN leaves l ON l.id = e.leaf "
                 "WHERE e.stream = ? AND e.number > ? ORDER BY e.number LIMIT ?"));
  query.bind(stream).bind(after).bind(limit + 1);
  wire::RegisterEntries out;
  std::size_t bytes = 0;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return out;
    wire::RegisterEntry entry{query.number(0), query.bytes(1), query.number(2), query.bytes(3)};
    bytes += entry.file.size() + entry.leaf.size() + kEntryOverhead;
    out.more = out.entries.size() == limit || (!out.entries.empty() && bytes > max_bytes);
    if (out.more) return out;
    TRY(const std::size_t keys, add_keys(stream, entry.number, out.keys));
    bytes += keys * kKeyBytes;
    out.entries.push_back(std::move(entry));
  }
}

base::Result<std::vector<wire::GrantHolder>> SqliteReader::register_holders(
    std::string_view stream) {
  TRY(Query query, db_->query("SELECT n.name, g.epoch FROM register_grants g JOIN names n ON "
                              "n.id = g.device WHERE g.stream = ? ORDER BY n.name"));
  query.bind(stream);
  std::vector<wire::GrantHolder> out;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return out;
    out.push_back({query.text(0), query.number(1)});
  }
}

base::Result<std::optional<wire::RegisterGrant>> SqliteReader::register_grant(
    std::string_view stream, std::string_view device) {
  TRY(Query query, db_->query("SELECT epoch, prekey, file FROM register_grants WHERE stream = ? "
                              "AND device = (SELECT id FROM names WHERE name = ?)"));
  query.bind(stream).bind(device);
  TRY(const bool row, query.step());
  if (!row) return std::optional<wire::RegisterGrant>();
  return std::optional(
      wire::RegisterGrant{std::string(device), query.number(0), query.text(1), query.bytes(2)});
}

base::Result<bool> SqliteReader::blob_kept(std::string_view id) {
  TRY(Query query, db_->query("SELECT 1 FROM entry_blobs WHERE blob = ? LIMIT 1"));
  query.bind(id);
  return query.step();
}

base::Result<std::uint64_t> SqliteWriter::add_register_entry(const NewRegisterEntry& entry) {
  TRY(const std::uint64_t author, name_number(entry.author));
  TRY(
      run("INSERT INTO register_entries(stream, number, author, uuid, epoch, sha256, head, leaf) "
          "VALUES(?, ?, ?, ?, ?, ?, ?, -1)",
          std::string_view(entry.stream), entry.number, author, std::string_view(entry.id),
          entry.epoch, base::ByteView(entry.sha256), base::ByteView(entry.head)));
  const auto row = static_cast<std::uint64_t>(db_->last_row());
  TRY(run("INSERT INTO register_files(id, file) VALUES(?, ?)", row, entry.file));
  for (const std::string& blob : entry.blobs) {
    TRY(run("INSERT OR IGNORE INTO entry_blobs(blob, entry) VALUES(?, ?)", std::string_view(blob),
            row));
  }
  return row;
}

base::Result<void> SqliteWriter::set_register_leaf(std::uint64_t row, std::uint64_t leaf) {
  return run("UPDATE register_entries SET leaf = ? WHERE id = ?", leaf, row);
}

base::Result<bool> SqliteWriter::add_contact_key(std::string_view stream,
                                                 const wire::WrappedKey& key,
                                                 std::uint64_t number) {
  TRY(
      run("INSERT OR IGNORE INTO contact_keys(stream, contact, number, epoch, wrapped) "
          "VALUES(?, ?, ?, ?, ?)",
          stream, std::string_view(key.contact), number, key.epoch, base::ByteView(key.wrapped)));
  return db_->changes() == 1;
}

base::Result<std::optional<bool>> SqliteWriter::shred_contact_key(std::string_view stream,
                                                                  std::string_view contact) {
  const base::Bytes zeros(wire::kWrappedKeySize);
  TRY(
      run("UPDATE contact_keys SET wrapped = ? WHERE stream = ? AND contact = ? AND wrapped <> "
          "zeroblob(72)",
          base::ByteView(zeros), stream, contact));
  if (db_->changes() == 1) return std::optional(true);
  TRY(Query query, db_->query("SELECT 1 FROM contact_keys WHERE stream = ? AND contact = ?"));
  query.bind(stream).bind(contact);
  TRY(const bool known, query.step());
  return known ? std::optional(false) : std::optional<bool>();
}

base::Result<void> SqliteWriter::set_register_grant(std::string_view stream,
                                                    const wire::RegisterGrant& grant) {
  TRY(const std::uint64_t device, name_number(grant.device));
  return run(
      "INSERT INTO register_grants(stream, device, epoch, prekey, file) VALUES(?, ?, ?, ?, ?) "
      "ON CONFLICT(stream, device) DO UPDATE SET epoch = excluded.epoch, "
      "prekey = excluded.prekey, file = excluded.file",
      stream, device, grant.epoch, std::string_view(grant.prekey), base::ByteView(grant.file));
}

base::Result<void> SqliteWriter::remove_register_grant(std::string_view stream,
                                                       std::string_view device) {
  TRY(const std::uint64_t number, name_number(device));
  return run("DELETE FROM register_grants WHERE stream = ? AND device = ?", stream, number);
}

base::Result<void> SqliteWriter::remove_register_grants(std::string_view device) {
  TRY(const std::uint64_t number, name_number(device));
  return run("DELETE FROM register_grants WHERE device = ?", number);
}

base::Result<bool> SqliteWriter::scrub() {
  TRY(const std::string busy, db_->value("PRAGMA wal_checkpoint(TRUNCATE)"));
  return busy == "0";
}

}  // namespace sealpost::relay
