// How far the journal of each device has come.
#include "relay/store/sqlite_writer.hpp"

namespace sealpost::relay {

base::Result<audit::JournalLink> SqliteReader::journal(std::string_view device) {
  TRY(Query query, db_->query("SELECT number, hash FROM journals WHERE device = ?"));
  query.bind(device);
  TRY(const bool row, query.step());
  if (!row) return audit::JournalLink{};
  TRY(const crypto::Digest hash, crypto::digest_from(query.bytes(1)));
  return audit::JournalLink{query.number(0), hash};
}

base::Result<void> SqliteWriter::set_journal(std::string_view device,
                                             const audit::JournalLink& last) {
  return run("INSERT OR REPLACE INTO journals(device, number, hash) VALUES(?, ?, ?)", device,
             last.number, base::ByteView(last.hash));
}

}  // namespace sealpost::relay
