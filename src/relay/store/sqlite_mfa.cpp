// One-time codes: members' secrets, recovery codes, and devices' proofs.
#include "relay/store/sqlite_writer.hpp"

namespace sealpost::relay {

base::Result<std::optional<StoredMfa>> SqliteReader::mfa(std::string_view user) {
  TRY(Query query, db_->query("SELECT secret, confirmed, last_step, failures, pauses, paused_until "
                              "FROM mfa WHERE user = ?"));
  query.bind(user);
  TRY(const bool row, query.step());
  if (!row) return std::optional<StoredMfa>();
  return std::optional(StoredMfa{std::string(user), query.bytes(0), query.number(1) != 0,
                                 query.number(2), query.number(3), query.number(4),
                                 from_millis(query.number(5))});
}

base::Result<std::optional<StoredProof>> SqliteReader::mfa_proof(std::string_view device) {
  TRY(Query query, db_->query("SELECT user, key, proven, used FROM mfa_proofs WHERE device = ?"));
  query.bind(device);
  TRY(const bool row, query.step());
  if (!row) return std::optional<StoredProof>();
  return std::optional(StoredProof{std::string(device), query.text(0), query.bytes(1),
                                   from_millis(query.number(2)), from_millis(query.number(3))});
}

base::Result<std::uint64_t> SqliteReader::recovery_codes(std::string_view user) {
  TRY(Query query, db_->query("SELECT count(*) FROM mfa_recovery WHERE user = ?"));
  query.bind(user);
  TRY(const bool row, query.step());
  return row ? query.number(0) : 0;
}

base::Result<void> SqliteWriter::set_mfa(const StoredMfa& mfa) {
  return run(
      "INSERT OR REPLACE INTO mfa(user, secret, confirmed, last_step, failures, pauses, "
      "paused_until) VALUES(?, ?, ?, ?, ?, ?, ?)",
      std::string_view(mfa.user), base::ByteView(mfa.secret),
      std::uint64_t{mfa.confirmed ? 1U : 0U}, mfa.last_step, mfa.failures, mfa.pauses,
      to_millis(mfa.paused_until));
}

base::Result<void> SqliteWriter::set_recovery_codes(std::string_view user,
                                                    std::span<const crypto::Digest> codes) {
  TRY(run("DELETE FROM mfa_recovery WHERE user = ?", user));
  for (const crypto::Digest& code : codes) {
    TRY(run("INSERT INTO mfa_recovery(user, code) VALUES(?, ?)", user, base::ByteView(code)));
  }
  return {};
}

base::Result<bool> SqliteWriter::use_recovery_code(std::string_view user,
                                                   const crypto::Digest& code) {
  TRY(run("DELETE FROM mfa_recovery WHERE user = ? AND code = ?", user, base::ByteView(code)));
  return db_->changes() == 1;
}

base::Result<void> SqliteWriter::set_mfa_proof(const StoredProof& proof) {
  return run(
      "INSERT OR REPLACE INTO mfa_proofs(device, user, key, proven, used) VALUES(?, ?, ?, ?, ?)",
      std::string_view(proof.device), std::string_view(proof.user), base::ByteView(proof.key),
      to_millis(proof.proven), to_millis(proof.used));
}

base::Result<void> SqliteWriter::use_mfa_proof(std::string_view device, base::Time used) {
  return run("UPDATE mfa_proofs SET used = max(used, ?) WHERE device = ?", to_millis(used), device);
}

base::Result<bool> SqliteWriter::remove_mfa(std::string_view user) {
  TRY(run("DELETE FROM mfa_proofs WHERE user = ?", user));
  TRY(run("DELETE FROM mfa_recovery WHERE user = ?", user));
  TRY(run("DELETE FROM mfa WHERE user = ?", user));
  return db_->changes() == 1;
}

}  // namespace sealpost::relay
