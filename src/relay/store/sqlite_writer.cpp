// Transactions, names, the trust chain, blobs and the log. Messages are in sqlite_messages.cpp,
// prekeys in sqlite_prekeys.cpp, the register in sqlite_register.cpp.
#include "relay/store/sqlite_writer.hpp"

namespace sealpost::relay {

base::Result<void> SqliteWriter::begin() {
  TRY(place_->check());
  return run("BEGIN IMMEDIATE");
}
// What would be acknowledged must be found again.
base::Result<void> SqliteWriter::commit() {
  TRY(place_->check());
  return run("COMMIT");
}
base::Result<void> SqliteWriter::savepoint() { return run("SAVEPOINT step"); }
base::Result<void> SqliteWriter::release() { return run("RELEASE step"); }

void SqliteWriter::rollback() {
  names_.clear();
  if (!alive()) return;
  // Fails only when SQLite has rolled back by itself, which is what is wanted.
  static_cast<void>(run("ROLLBACK").has_value());
}

base::Result<void> SqliteWriter::undo() {
  names_.clear();
  TRY(run("ROLLBACK TO step"));
  return run("RELEASE step");
}

base::Result<std::uint64_t> SqliteWriter::name_number(std::string_view name) {
  if (const auto known = names_.find(name); known != names_.end()) return known->second;
  TRY(run("INSERT OR IGNORE INTO names(name) VALUES(?)", name));
  TRY(Query query, db_->query("SELECT id FROM names WHERE name = ?"));
  query.bind(name);
  TRY(const bool row, query.step());
  if (!row) return base::Error{base::Code::kInternal, "the relay's store lost a name", ""};
  const std::uint64_t number = query.number(0);
  names_.emplace(name, number);
  return number;
}

base::Result<void> SqliteWriter::set_fact(std::string_view name, std::string_view value) {
  return run(
      "INSERT INTO facts(name, value) VALUES(?, ?) "
      "ON CONFLICT(name) DO UPDATE SET value = excluded.value",
      name, value);
}

base::Result<bool> SqliteWriter::remember_nonce(std::string_view key, std::string_view nonce,
                                                base::Time created) {
  TRY(run("INSERT OR IGNORE INTO nonces(created, key, nonce) VALUES(?, ?, ?)", to_millis(created),
          key, nonce));
  return db_->changes() == 1;
}

base::Result<std::size_t> SqliteWriter::remove_nonces(base::Time created_before,
                                                      std::size_t limit) {
  TRY(
      run("DELETE FROM nonces WHERE (created, key, nonce) IN "
          "(SELECT created, key, nonce FROM nonces WHERE created < ? LIMIT ?)",
          to_millis(created_before), limit));
  return static_cast<std::size_t>(db_->changes());
}

base::Result<void> SqliteWriter::add_trust_entry(std::uint64_t number, std::string_view entry) {
  return run("INSERT INTO trust(number, entry) VALUES(?, ?)", number, entry);
}

base::Result<void> SqliteWriter::set_trust_leaf(std::uint64_t number, std::uint64_t leaf) {
  return run("INSERT INTO trust_leaves(number, leaf) VALUES(?, ?)", number, leaf);
}

base::Result<void> SqliteWriter::add_blob(const StoredBlob& blob, base::Time now) {
  TRY(const std::uint64_t owner, name_number(blob.owner));
  return run("INSERT INTO blobs(id, owner, size, complete, touched) VALUES(?, ?, ?, 0, ?)",
             std::string_view(blob.id), owner, blob.size, to_millis(now));
}

base::Result<void> SqliteWriter::touch(std::string_view blob, base::Time now) {
  return run("UPDATE blobs SET touched = ? WHERE id = ?", to_millis(now), blob);
}

base::Result<void> SqliteWriter::add_part(std::string_view id, std::uint64_t part, base::Time now) {
  TRY(run("INSERT OR IGNORE INTO parts(blob, part) VALUES(?, ?)", id, part));
  return touch(id, now);
}

base::Result<void> SqliteWriter::complete_blob(std::string_view id, base::ByteView leaves,
                                               base::Time now) {
  TRY(run("INSERT OR REPLACE INTO blob_leaves(blob, hashes) VALUES(?, ?)", id, leaves));
  TRY(run("UPDATE blobs SET complete = 1 WHERE id = ?", id));
  return touch(id, now);
}

base::Result<void> SqliteWriter::remove_blob(std::string_view id) {
  TRY(run("DELETE FROM message_blobs WHERE blob = ?", id));
  TRY(run("DELETE FROM entry_blobs WHERE blob = ?", id));
  TRY(run("DELETE FROM parts WHERE blob = ?", id));
  TRY(run("DELETE FROM blob_leaves WHERE blob = ?", id));
  return run("DELETE FROM blobs WHERE id = ?", id);
}

base::Result<void> SqliteWriter::forget_unsynced_parts(std::string_view boot) {
  TRY(const std::string before, db_->value("SELECT value FROM facts WHERE name = 'boot'"));
  if (before == boot) return {};
  TRY(run("DELETE FROM parts WHERE blob IN (SELECT id FROM blobs WHERE complete = 0)"));
  return set_fact("boot", boot);
}

base::Result<std::vector<std::string>> SqliteWriter::stale_blobs(base::Time now, base::Time since,
                                                                 std::size_t limit) {
  TRY(Query query,
      db_->query("SELECT id FROM blobs b WHERE touched < ? AND NOT EXISTS(SELECT 1 FROM "
                 "message_blobs r JOIN messages m ON m.id = r.message "
                 "WHERE r.blob = b.id AND m.expires > ?) AND NOT EXISTS(SELECT 1 FROM entry_blobs "
                 "k WHERE k.blob = b.id) LIMIT ?"));
  query.bind(to_millis(since)).bind(to_millis(now)).bind(limit);
  std::vector<std::string> out;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return out;
    out.push_back(query.text(0));
  }
}

base::Result<void> SqliteWriter::add_leaf(std::uint64_t index, base::ByteView leaf) {
  return run("INSERT INTO leaves(id, leaf) VALUES(?, ?)", index, leaf);
}

base::Result<void> SqliteWriter::set_tile(int level, std::uint64_t index, base::ByteView hashes) {
  return run(
      "INSERT INTO tiles(id, hashes) VALUES(?, ?) "
      "ON CONFLICT(id) DO UPDATE SET hashes = excluded.hashes",
      tile_key(level, index), hashes);
}

base::Result<void> SqliteWriter::set_checkpoint(std::string_view note) {
  return set_fact("checkpoint", note);
}

base::Result<void> SqliteWriter::probe(base::Time now) {
  return set_fact("probe", std::to_string(to_millis(now)));
}

}  // namespace sealpost::relay
