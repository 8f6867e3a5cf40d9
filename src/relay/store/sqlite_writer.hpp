// The changes of MetaWriter in SQL, over a connection of its own.
#pragma once

#include <map>

#include "relay/store/meta_store.hpp"
#include "relay/store/place.hpp"
#include "relay/store/sqlite_reader.hpp"

namespace sealpost::relay {

class SqliteWriter final : public MetaWriter {
 public:
  // Borrows the place, which outlives it.
  SqliteWriter(Database database, const Place& place)
      : db_(std::make_unique<Database>(std::move(database))), reads_(*db_), place_(&place) {}

  MetaReader& reads() override { return reads_; }
  base::Result<void> begin() override;
  base::Result<void> commit() override;
  void rollback() override;
  base::Result<void> savepoint() override;
  base::Result<void> release() override;
  base::Result<void> undo() override;
  bool alive() const override { return db_->in_transaction(); }

  base::Result<bool> remember_nonce(std::string_view key, std::string_view nonce,
                                    base::Time created) override;
  base::Result<void> add_trust_entry(std::uint64_t number, std::string_view entry) override;
  base::Result<void> set_trust_leaf(std::uint64_t number, std::uint64_t leaf) override;
  base::Result<void> set_prekey(std::string_view device, std::string_view note) override;
  base::Result<bool> add_once_prekey(std::string_view device, const OncePrekey& prekey,
                                     base::Time now) override;
  base::Result<bool> withdraw_once_prekey(std::string_view device, std::string_view id) override;
  base::Result<std::optional<std::string>> take_once_prekey(std::string_view device,
                                                            std::string_view claimer,
                                                            base::Time now) override;
  base::Result<std::uint64_t> once_prekeys_taken(std::string_view device, std::string_view claimer,
                                                 base::Time since) override;
  base::Result<bool> took_once_prekey(std::string_view device, std::string_view id,
                                      std::string_view claimer) override;
  base::Result<void> remove_prekeys(std::string_view device) override;
  base::Result<void> set_journal(std::string_view device, const audit::JournalLink& last) override;
  base::Result<std::optional<StoredAnswer>> answer(std::string_view device,
                                                   std::string_view id) override;
  base::Result<void> keep_answer(std::string_view device, std::string_view id,
                                 const StoredAnswer& answer, base::Time at) override;
  base::Result<void> set_mfa(const StoredMfa& mfa) override;
  base::Result<void> set_recovery_codes(std::string_view user,
                                        std::span<const crypto::Digest> codes) override;
  base::Result<bool> use_recovery_code(std::string_view user, const crypto::Digest& code) override;
  base::Result<void> set_mfa_proof(const StoredProof& proof) override;
  base::Result<void> use_mfa_proof(std::string_view device, base::Time used) override;
  base::Result<bool> remove_mfa(std::string_view user) override;

  base::Result<std::uint64_t> add_message(const NewMessage& message) override;
  base::Result<HandOut> hand_out(std::uint64_t message, std::string_view device) override;
  base::Result<bool> remove_envelope(std::uint64_t message, std::string_view device) override;
  base::Result<std::vector<DroppedMessage>> drop_queue(std::string_view device) override;
  base::Result<bool> miss_envelope(std::uint64_t message, std::string_view device) override;
  base::Result<std::optional<Renewal>> renewal(std::uint64_t message,
                                               std::string_view device) override;
  base::Result<void> renew_envelope(std::uint64_t message, const wire::Envelope& envelope) override;
  base::Result<void> add_evidence(const NewEvidence& evidence, std::uint64_t leaf) override;
  base::Result<bool> has_evidence(std::uint64_t message, std::string_view by,
                                  receipt::State state) override;
  base::Result<bool> has_statement(std::uint64_t message, std::string_view statement) override;

  base::Result<void> add_blob(const StoredBlob& blob, base::Time now) override;
  base::Result<void> add_part(std::string_view id, std::uint64_t part, base::Time now) override;
  base::Result<void> complete_blob(std::string_view id, base::ByteView leaves,
                                   base::Time now) override;
  base::Result<void> remove_blob(std::string_view id) override;
  base::Result<void> forget_unsynced_parts(std::string_view boot) override;

  base::Result<void> add_order(const StoredOrder& order) override;
  base::Result<void> order_fetched(std::uint64_t row, base::Time now) override;
  base::Result<void> order_obeyed(std::uint64_t row, base::Time now, std::string_view answer,
                                  std::string_view voucher) override;

  base::Result<std::uint64_t> add_register_entry(const NewRegisterEntry& entry) override;
  base::Result<void> set_register_leaf(std::uint64_t row, std::uint64_t leaf) override;
  base::Result<bool> add_contact_key(std::string_view stream, const wire::WrappedKey& key,
                                     std::uint64_t number) override;
  base::Result<std::optional<bool>> shred_contact_key(std::string_view stream,
                                                      std::string_view contact) override;
  base::Result<void> set_register_grant(std::string_view stream,
                                        const wire::RegisterGrant& grant) override;
  base::Result<void> remove_register_grant(std::string_view stream,
                                           std::string_view device) override;
  base::Result<void> remove_register_grants(std::string_view device) override;
  base::Result<bool> scrub() override;

  base::Result<void> set_link(std::string_view id, LinkState state, std::uint64_t wrong,
                              std::uint64_t replies) override;
  base::Result<void> close_link(std::string_view id) override;
  base::Result<void> set_link_claim(std::string_view link, std::string_view claim,
                                    const LinkClaim& value) override;
  base::Result<bool> add_reply(const NewReply& reply) override;
  base::Result<bool> remove_reply(std::string_view sender, std::string_view id) override;
  base::Result<std::uint64_t> add_stop(std::string_view contact, std::string_view purpose,
                                       base::Time at) override;
  base::Result<void> set_stop_leaf(std::uint64_t row, std::uint64_t leaf) override;
  base::Result<void> record_stop(std::uint64_t row) override;
  base::Result<void> lift_stop(std::string_view contact, std::string_view purpose,
                               base::Time at) override;
  base::Result<std::vector<std::string>> spent_links(base::Time claimed_before,
                                                     std::size_t limit) override;
  base::Result<std::size_t> remove_links(base::Time expired_before, std::size_t limit) override;
  base::Result<Withdrawn> withdraw(std::uint64_t message) override;
  base::Result<std::uint64_t> add_recall(std::uint64_t message, std::string_view statement,
                                         std::span<const std::string> devices) override;
  base::Result<void> set_recall_leaf(std::uint64_t row, std::uint64_t leaf) override;
  base::Result<void> add_leaf(std::uint64_t index, base::ByteView leaf) override;
  base::Result<void> set_tile(int level, std::uint64_t index, base::ByteView hashes) override;
  base::Result<void> set_checkpoint(std::string_view note) override;
  base::Result<void> probe(base::Time now) override;

  base::Result<std::vector<ExpiredMessage>> expired(base::Time now, std::size_t limit) override;
  base::Result<void> remove_expired(const ExpiredMessage& message) override;
  base::Result<std::size_t> remove_answers(base::Time given_before, std::size_t limit) override;
  base::Result<std::size_t> remove_nonces(base::Time created_before, std::size_t limit) override;
  base::Result<std::size_t> remove_once_prekeys(base::Time expired_before,
                                                std::size_t limit) override;
  base::Result<std::vector<std::string>> stale_blobs(base::Time now, base::Time since,
                                                     std::size_t limit) override;

 private:
  base::Result<std::uint64_t> name_number(std::string_view name);
  base::Result<base::Bytes> write_recipients(const NewMessage& message, std::uint64_t& pending);
  base::Result<bool> take_envelope(std::uint64_t message, std::uint64_t device);
  base::Result<void> settle_one(std::uint64_t message);
  base::Result<void> add_link(const NewMessage& message, std::uint64_t row);
  base::Result<void> insert_stop(std::string_view contact, std::string_view purpose, base::Time at,
                                 bool lift);
  base::Result<void> add_envelopes(const NewMessage& message, std::uint64_t row);
  base::Result<std::vector<std::string>> waiting(std::uint64_t message, base::ByteView recipients);
  base::Result<std::vector<std::string>> release_blobs(std::uint64_t message);
  base::Result<std::string> recall_link(std::uint64_t message);
  base::Result<void> touch(std::string_view blob, base::Time now);
  base::Result<void> set_fact(std::string_view name, std::string_view value);
  template <typename... Values>
  base::Result<void> run(std::string_view sql, const Values&... values);

  std::unique_ptr<Database> db_;
  SqliteReader reads_;
  const Place* place_;
  std::map<std::string, std::uint64_t, std::less<>> names_;  // forgotten when anything is undone
};

template <typename... Values>
base::Result<void> SqliteWriter::run(std::string_view sql, const Values&... values) {
  TRY(Query query, db_->query(sql));
  (query.bind(values), ...);
  return query.run();
}

}  // namespace sealpost::relay
