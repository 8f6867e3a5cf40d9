// The questions of MetaReader in SQL. Borrows its connection.
#pragma once

#include "relay/store/meta_store.hpp"
#include "relay/store/sqlite.hpp"

namespace sealpost::relay {

inline std::uint64_t tile_key(int level, std::uint64_t index) {
  return static_cast<std::uint64_t>(level) << 56 | index;
}
inline std::uint64_t to_millis(base::Time time) {
  const auto count = time.time_since_epoch().count();
  return count < 0 ? 0 : static_cast<std::uint64_t>(count);
}
inline base::Time from_millis(std::uint64_t count) {
  return base::Time(base::milliseconds(static_cast<std::int64_t>(count)));
}

class SqliteReader final : public MetaReader {
 public:
  explicit SqliteReader(Database& database) : db_(&database) {}

  base::Result<std::vector<std::string>> trust_entries(std::uint64_t from,
                                                       std::size_t limit) override;
  base::Result<std::uint64_t> trust_size() override;
  base::Result<std::optional<LoggedEntry>> logged_entry(std::uint64_t number) override;
  base::Result<std::optional<std::string>> prekey(std::string_view device) override;
  base::Result<std::vector<std::string>> once_prekeys(std::string_view device,
                                                      base::Time now) override;
  base::Result<audit::JournalLink> journal(std::string_view device) override;
  base::Result<std::optional<StoredMfa>> mfa(std::string_view user) override;
  base::Result<std::optional<StoredProof>> mfa_proof(std::string_view device) override;
  base::Result<std::uint64_t> recovery_codes(std::string_view user) override;
  base::Result<std::optional<StoredMessage>> message(std::string_view from,
                                                     std::string_view id) override;
  base::Result<std::vector<std::uint64_t>> not_handed_out(std::string_view device,
                                                          std::uint64_t after,
                                                          std::uint64_t last) override;
  base::Result<wire::Inbox> inbox(std::string_view device, std::uint64_t after, std::size_t limit,
                                  std::size_t max_bytes, base::Time now) override;
  base::Result<std::vector<StoredEvidence>> evidence(std::uint64_t message) override;
  base::Result<std::vector<StoredEvidence>> receipts_after(std::string_view sender,
                                                           std::uint64_t after,
                                                           std::size_t limit) override;
  base::Result<std::optional<StoredBlob>> blob(std::string_view id) override;
  base::Result<base::Bytes> blob_leaves(std::string_view id) override;
  base::Result<bool> blob_received(std::string_view id, std::string_view device,
                                   base::Time now) override;
  base::Result<std::uint64_t> blob_bytes() override;
  base::Result<std::uint64_t> unsent_blob_bytes(std::string_view owner) override;
  base::Result<std::vector<std::string>> unnamed_blobs(std::string_view owner) override;
  base::Result<std::vector<std::string>> blob_ids() override;
  base::Result<std::vector<StoredBlob>> incomplete_blobs() override;
  base::Result<std::uint64_t> unwritten_blob_bytes() override;
  base::Result<std::optional<StoredOrder>> order_of_device(std::string_view device) override;
  base::Result<std::optional<StoredOrder>> order_for_key(const crypto::Digest& key) override;
  base::Result<std::optional<StoredOrder>> order(std::string_view id) override;
  base::Result<bool> blob_kept(std::string_view id) override;
  base::Result<RegisterHead> register_head(std::string_view stream) override;
  base::Result<std::optional<RegisterMark>> register_entry(std::string_view stream,
                                                           std::string_view author,
                                                           std::string_view id) override;
  base::Result<wire::RegisterEntries> register_entries(std::string_view stream, std::uint64_t after,
                                                       std::size_t limit,
                                                       std::size_t max_bytes) override;
  base::Result<std::vector<wire::GrantHolder>> register_holders(std::string_view stream) override;
  base::Result<std::optional<wire::RegisterGrant>> register_grant(std::string_view stream,
                                                                  std::string_view device) override;
  base::Result<std::vector<std::string>> senders_of(std::string_view id) override;
  base::Result<std::optional<std::string>> recall_of(std::uint64_t message) override;
  base::Result<std::vector<wire::InboxRecall>> recalls(std::string_view device, std::uint64_t after,
                                                       std::size_t limit) override;
  base::Result<std::optional<StoredLink>> link(std::string_view id) override;
  base::Result<std::optional<LinkClaim>> link_claim(std::string_view link,
                                                    std::string_view claim) override;
  base::Result<LinkViews> link_views(std::string_view link, base::Time held_since) override;
  base::Result<base::Bytes> payload(std::uint64_t message) override;
  base::Result<bool> message_names_blob(std::uint64_t message, std::string_view blob) override;
  base::Result<wire::ContactReplies> replies(std::string_view sender, std::uint64_t after,
                                             std::size_t limit, std::size_t max_bytes) override;
  base::Result<bool> stopped(std::string_view contact, std::string_view purpose) override;
  base::Result<bool> stop_waits(std::string_view contact) override;
  base::Result<wire::Stops> stops(std::uint64_t after, std::size_t limit) override;
  base::Result<std::uint64_t> tree_size() override;
  base::Result<std::vector<base::Bytes>> leaves(std::uint64_t from, std::size_t limit) override;
  base::Result<base::Bytes> tile(int level, std::uint64_t index) override;
  base::Result<std::optional<std::string>> checkpoint() override;

  // Recipients as messages.recipients keeps them, and back.
  base::Result<std::vector<wire::RecipientResult>> read_recipients(base::ByteView stored);

 private:
  base::Result<std::vector<std::string>> texts(Query query);
  base::Result<std::optional<std::string>> maybe_text(Query query);
  base::Result<std::uint64_t> number(std::string_view sql);
  base::Result<std::vector<StoredEvidence>> read_evidence(Query query);
  base::Result<std::optional<StoredOrder>> read_order(Query query);
  base::Result<std::size_t> add_keys(std::string_view stream, std::uint64_t number,
                                     std::vector<wire::WrappedKey>& out);
  Database* db_;
};

}  // namespace sealpost::relay
