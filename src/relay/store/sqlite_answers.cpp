// Answers that are given again when their requests come again, by device and the id that it chose.
#include "relay/store/sqlite_writer.hpp"

namespace sealpost::relay {

base::Result<std::optional<StoredAnswer>> SqliteWriter::answer(std::string_view device,
                                                               std::string_view id) {
  TRY(Query query, db_->query("SELECT asked, answer FROM answers WHERE device = "
                              "(SELECT id FROM names WHERE name = ?) AND uuid = ?"));
  query.bind(device).bind(id);
  TRY(const bool row, query.step());
  if (!row) return std::optional<StoredAnswer>();
  TRY(const crypto::Digest asked, crypto::digest_from(query.bytes(0)));
  return std::optional(StoredAnswer{asked, query.bytes(1)});
}

base::Result<void> SqliteWriter::keep_answer(std::string_view device, std::string_view id,
                                             const StoredAnswer& answer, base::Time at) {
  TRY(const std::uint64_t number, name_number(device));
  return run("INSERT INTO answers(device, uuid, at, asked, answer) VALUES(?, ?, ?, ?, ?)", number,
             id, to_millis(at), base::ByteView(answer.asked), base::ByteView(answer.answer));
}

base::Result<std::size_t> SqliteWriter::remove_answers(base::Time given_before, std::size_t limit) {
  TRY(
      run("DELETE FROM answers WHERE id IN (SELECT id FROM answers WHERE at < ? "
          "ORDER BY at LIMIT ?)",
          to_millis(given_before), limit));
  return static_cast<std::size_t>(db_->changes());
}

}  // namespace sealpost::relay
