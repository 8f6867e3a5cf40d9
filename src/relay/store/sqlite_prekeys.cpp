// Prekeys of both uses. A one-time prekey that somebody got stays as a row without its note until
// it has expired: it is what its device cannot publish again, and whom it counts against.
#include "relay/store/sqlite_writer.hpp"

namespace sealpost::relay {

base::Result<std::optional<std::string>> SqliteReader::prekey(std::string_view device) {
  TRY(Query query, db_->query("SELECT note FROM prekeys WHERE device = "
                              "(SELECT id FROM names WHERE name = ?)"));
  query.bind(device);
  return maybe_text(std::move(query));
}

base::Result<std::vector<std::string>> SqliteReader::once_prekeys(std::string_view device,
                                                                  base::Time now) {
  TRY(Query query, db_->query("SELECT prekey FROM once_prekeys WHERE device = "
                              "(SELECT id FROM names WHERE name = ?) AND claimed = 0 "
                              "AND expires > ? ORDER BY published, prekey"));
  query.bind(device).bind(to_millis(now));
  return texts(std::move(query));
}

base::Result<void> SqliteWriter::set_prekey(std::string_view device, std::string_view note) {
  TRY(const std::uint64_t number, name_number(device));
  return run(
      "INSERT INTO prekeys(device, note) VALUES(?, ?) "
      "ON CONFLICT(device) DO UPDATE SET note = excluded.note",
      number, note);
}

base::Result<bool> SqliteWriter::add_once_prekey(std::string_view device, const OncePrekey& prekey,
                                                 base::Time now) {
  TRY(const std::uint64_t number, name_number(device));
  TRY(run(
      "INSERT OR IGNORE INTO once_prekeys(device, prekey, published, expires, claimer, claimed, "
      "note) VALUES(?, ?, ?, ?, 0, 0, ?)",
      number, std::string_view(prekey.id), to_millis(now), to_millis(prekey.expires),
      std::string_view(prekey.note)));
  return db_->changes() == 1;
}

base::Result<bool> SqliteWriter::withdraw_once_prekey(std::string_view device,
                                                      std::string_view id) {
  TRY(const std::uint64_t number, name_number(device));
  TRY(run("DELETE FROM once_prekeys WHERE device = ? AND prekey = ? AND claimed = 0", number, id));
  return db_->changes() == 1;
}

base::Result<std::optional<std::string>> SqliteWriter::take_once_prekey(std::string_view device,
                                                                        std::string_view claimer,
                                                                        base::Time now) {
  TRY(const std::uint64_t number, name_number(device));
  TRY(const std::uint64_t by, name_number(claimer));
  TRY(Query query, db_->query("SELECT prekey, note FROM once_prekeys WHERE device = ? AND "
                              "claimed = 0 AND expires > ? ORDER BY published, prekey LIMIT 1"));
  query.bind(number).bind(to_millis(now));
  TRY(const bool row, query.step());
  if (!row) return std::optional<std::string>();
  const std::string id = query.text(0);
  std::string note = query.text(1);
  TRY(
      run("UPDATE once_prekeys SET claimer = ?, claimed = ?, note = '' "
          "WHERE device = ? AND prekey = ?",
          by, to_millis(now), number, std::string_view(id)));
  return std::optional(std::move(note));
}

base::Result<std::uint64_t> SqliteWriter::once_prekeys_taken(std::string_view device,
                                                             std::string_view claimer,
                                                             base::Time since) {
  TRY(const std::uint64_t number, name_number(device));
  TRY(const std::uint64_t by, name_number(claimer));
  // The oldest go first: as long as any is left, one of those published last is among them.
  TRY(Query query,
      db_->query(
          "SELECT count(*) FROM once_prekeys WHERE device = ? AND claimer = ? AND claimed >= "
          "min(?, (SELECT coalesce(max(published), 0) FROM once_prekeys "
          "WHERE device = ? AND claimed = 0)) AND claimed > 0"));
  query.bind(number).bind(by).bind(to_millis(since)).bind(number);
  TRY(const bool row, query.step());
  return row ? query.number(0) : 0;
}

base::Result<bool> SqliteWriter::took_once_prekey(std::string_view device, std::string_view id,
                                                  std::string_view claimer) {
  TRY(const std::uint64_t number, name_number(device));
  TRY(const std::uint64_t by, name_number(claimer));
  TRY(Query query, db_->query("SELECT 1 FROM once_prekeys WHERE device = ? AND prekey = ? AND "
                              "claimer = ? AND claimed > 0"));
  query.bind(number).bind(id).bind(by);
  return query.step();
}

base::Result<void> SqliteWriter::remove_prekeys(std::string_view device) {
  TRY(const std::uint64_t number, name_number(device));
  TRY(run("DELETE FROM once_prekeys WHERE device = ?", number));
  return run("DELETE FROM prekeys WHERE device = ?", number);
}

base::Result<std::size_t> SqliteWriter::remove_once_prekeys(base::Time expired_before,
                                                            std::size_t limit) {
  TRY(
      run("DELETE FROM once_prekeys WHERE (device, prekey) IN "
          "(SELECT device, prekey FROM once_prekeys WHERE expires < ? ORDER BY expires LIMIT ?)",
          to_millis(expired_before), limit));
  return static_cast<std::size_t>(db_->changes());
}

}  // namespace sealpost::relay
