// What the relay remembers, without how: the interface of every store, with one conformance suite.
//
// A store has one writer and any number of readers. The writer's changes happen inside a
// transaction and become visible and durable together at commit(), which returns only after a sync.
// Readers see committed states. Objects belong to one thread at a time. All functions fail with the
// codes of store/sqlite.hpp.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/journal.hpp"
#include "base/bytes.hpp"
#include "base/seams.hpp"
#include "crypto/hash.hpp"
#include "merkle/tile.hpp"
#include "receipt/receipt.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {

// An answer that is given again when its request comes again.
struct StoredAnswer {
  crypto::Digest asked{};  // over the request
  base::Bytes answer;
};

// What it is to give a device an envelope.
enum class HandOut { kFirst, kAgain, kGone };

// A message as a tombstone: what stays when its envelopes and payload are gone.
struct StoredMessage {
  std::uint64_t row = 0;  // also the cursor of the inbox
  std::string from;       // device
  std::string id;
  base::Bytes tag;
  crypto::Digest sha256{};
  std::string purpose;
  base::Time expires;
  std::vector<wire::RecipientResult> recipients;
};

struct NewMessage {
  std::string from;
  const wire::Submission& submission;             // borrowed
  std::vector<wire::RecipientResult> recipients;  // of each envelope; accepted ones are stored
};

struct StoredEvidence {
  std::uint64_t row = 0;
  std::string statement;
  std::uint64_t index = 0;  // of the audit leaf
  receipt::State state = receipt::State::kAccepted;
};

// A statement about a message, tied to the audit leaf that records it.
struct NewEvidence {
  std::uint64_t message = 0;  // row
  receipt::State state = receipt::State::kAccepted;
  std::string by;    // device name or origin
  std::string from;  // sender of the message
  std::string statement;
};

// An entry of the trust chain, tied to the audit leaf that records it.
struct LoggedEntry {
  std::uint64_t number = 0;
  std::string entry;
  std::uint64_t index = 0;  // of the audit leaf
};

// A device that said it could not open its envelope of a message.
struct Renewal {
  std::uint64_t resent = 0;  // new envelopes it was given since
  bool waiting = false;      // it has none now
  base::Bytes header;        // SHA-256 of the last new one's header; empty before
};
inline constexpr std::uint64_t kMaxRenewals = 3;  // of one message, for one device

// A one-time prekey as its device publishes it.
struct OncePrekey {
  std::string id;
  std::string note;
  base::Time expires;
};

struct StoredBlob {
  std::string id;
  std::string owner;  // device that uploads it
  std::uint64_t size = 0;
  bool complete = false;
  std::vector<std::uint64_t> parts;  // stored ones, ascending
};

// What the relay knows of a member's one-time codes. It must know the secret itself.
struct StoredMfa {
  std::string user;
  base::Bytes secret;
  bool confirmed = false;       // a first code has shown that the member has the secret
  std::uint64_t last_step = 0;  // of the last code that was used
  std::uint64_t failures = 0;   // wrong codes since a right one or a pause
  std::uint64_t pauses = 0;     // since a right one
  base::Time paused_until{};
};

// A device has brought a right code. It is its key that counts, not its name.
struct StoredProof {
  std::string device;
  std::string user;
  base::Bytes key;  // public
  base::Time proven;
  base::Time used;  // of its last request, as far as it was noted
};

struct ExpiredMessage {
  std::uint64_t row = 0;
  std::string from;  // device
  std::string id;
  crypto::Digest sha256{};
  std::string purpose;
  std::vector<std::string> waiting;  // devices whose envelopes are still there
  std::string contact = {};          // whose link was open
};

// A message that a device will not get any more.
struct DroppedMessage {
  std::uint64_t row = 0;
  std::string from;  // sender
  std::string id;
  crypto::Digest sha256{};
  std::string purpose;
};

// An order to wipe a device, and what became of it. A time of 0: not yet.
struct StoredOrder {
  std::uint64_t row = 0;
  std::string id;      // UUID
  std::string device;  // full name
  crypto::Digest key{};
  std::string statement;  // note
  base::Time ordered;
  base::Time fetched;
  base::Time wiped;
  std::string answer;   // note
  std::string voucher;  // note
};

// A contact's link to a message, and what became of it. sealpost-link(5).
enum class LinkState { kOpen, kLocked, kSpent, kRecalled };
struct StoredLink {
  wire::Link link;            // its header is empty once nobody may open it any more
  std::uint64_t message = 0;  // row
  std::string from;           // device that sent the message
  std::string message_id;
  crypto::Digest sha256{};
  std::string purpose;
  base::Time expires;
  std::uint64_t wrong = 0;    // passcodes
  std::uint64_t replies = 0;  // taken so far
  LinkState state = LinkState::kOpen;
};

// Who opens a link takes one of its views, for a while or, once committed, for good. A claim that
// is made again after it has ended takes another.
struct LinkClaim {
  base::Time claimed;  // last
  bool held = false;   // not committed since
  std::uint64_t committed = 0;
};
struct LinkViews {
  std::uint64_t committed = 0;
  std::uint64_t held = 0;  // claimed lately, and not committed since
};

// What a recall has taken back at the relay.
struct Withdrawn {
  std::vector<std::string> devices;  // that had not taken their envelopes
  std::string contact;               // whose link could still be opened; empty when there was none
  std::vector<std::string> blobs;    // whose rows are gone, since nothing else names them
};

struct NewReply {
  std::uint64_t message = 0;  // row
  std::string link;
  std::string from;  // device that sent the message
  std::string id;    // 32 hex digits
  base::Time at;
  base::ByteView file;  // borrowed
};

// How far a stream of the register has come; all zero before its first entry.
struct RegisterHead {
  std::uint64_t size = 0;
  std::uint64_t epoch = 0;
  std::uint64_t began = 0;  // number of the entry that began the epoch
  crypto::Digest head{};
};

// An entry that is handed in, with its place in its stream.
struct NewRegisterEntry {
  std::string stream;
  std::string author;  // device
  std::string id;      // UUID
  std::uint64_t number = 0;
  std::uint64_t epoch = 0;
  crypto::Digest sha256{};  // of the file
  crypto::Digest head{};    // behind it
  base::ByteView file;      // borrowed
  std::vector<std::string> blobs;
};

// What an entry is known again by.
struct RegisterMark {
  std::uint64_t number = 0;
  crypto::Digest sha256{};
};

class MetaReader {
 public:
  virtual ~MetaReader() = default;

  virtual base::Result<std::vector<std::string>> trust_entries(std::uint64_t from,
                                                               std::size_t limit) = 0;
  virtual base::Result<std::uint64_t> trust_size() = 0;
  // Nothing when there is no such entry.
  virtual base::Result<std::optional<LoggedEntry>> logged_entry(std::uint64_t number) = 0;
  // The last-resort prekey.
  virtual base::Result<std::optional<std::string>> prekey(std::string_view device) = 0;
  // Ids of the one-time prekeys that nobody has got and that have not expired.
  virtual base::Result<std::vector<std::string>> once_prekeys(std::string_view device,
                                                              base::Time now) = 0;

  // The last entry of a device's journal; number 0 before there was one.
  virtual base::Result<audit::JournalLink> journal(std::string_view device) = 0;

  virtual base::Result<std::optional<StoredMfa>> mfa(std::string_view user) = 0;
  virtual base::Result<std::optional<StoredProof>> mfa_proof(std::string_view device) = 0;
  virtual base::Result<std::uint64_t> recovery_codes(std::string_view user) = 0;  // that are left

  virtual base::Result<std::optional<StoredMessage>> message(std::string_view from,
                                                             std::string_view id) = 0;
  // In order of their cursors, behind `after`; stops before `max_bytes` of payloads and headers are
  // passed, but gives at least one. `now`: expired ones are left out.
  virtual base::Result<wire::Inbox> inbox(std::string_view device, std::uint64_t after,
                                          std::size_t limit, std::size_t max_bytes,
                                          base::Time now) = 0;

  // Of those with a cursor behind `after`, up to `last`: whose envelopes the device never got.
  virtual base::Result<std::vector<std::uint64_t>> not_handed_out(std::string_view device,
                                                                  std::uint64_t after,
                                                                  std::uint64_t last) = 0;

  virtual base::Result<std::vector<StoredEvidence>> evidence(std::uint64_t message) = 0;
  // What recipients said about messages of this sender, behind cursor `after`.
  virtual base::Result<std::vector<StoredEvidence>> receipts_after(std::string_view sender,
                                                                   std::uint64_t after,
                                                                   std::size_t limit) = 0;

  virtual base::Result<std::optional<StoredBlob>> blob(std::string_view id) = 0;
  virtual base::Result<base::Bytes> blob_leaves(std::string_view id) = 0;  // 32 bytes each
  // Whether an unexpired message that names the blob was accepted for the device.
  virtual base::Result<bool> blob_received(std::string_view id, std::string_view device,
                                           base::Time now) = 0;
  virtual base::Result<std::uint64_t> blob_bytes() = 0;  // reserved and stored, together
  // Of this device's blobs that no message and no entry names, complete or not.
  virtual base::Result<std::uint64_t> unsent_blob_bytes(std::string_view owner) = 0;
  // Whether an entry of the register keeps the blob.
  virtual base::Result<bool> blob_kept(std::string_view id) = 0;
  // Those that no message and no entry names.
  virtual base::Result<std::vector<std::string>> unnamed_blobs(std::string_view owner) = 0;
  virtual base::Result<std::vector<std::string>> blob_ids() = 0;
  // Those that are not complete, in the order of their ids.
  virtual base::Result<std::vector<StoredBlob>> incomplete_blobs() = 0;
  // What they have reserved beyond the parts that are noted: room that is promised and not taken.
  virtual base::Result<std::uint64_t> unwritten_blob_bytes() = 0;

  // The newest order for the device, or for the key; the order with this id. Nothing when there is
  // none.
  virtual base::Result<std::optional<StoredOrder>> order_of_device(std::string_view device) = 0;
  virtual base::Result<std::optional<StoredOrder>> order_for_key(const crypto::Digest& key) = 0;
  virtual base::Result<std::optional<StoredOrder>> order(std::string_view id) = 0;

  virtual base::Result<RegisterHead> register_head(std::string_view stream) = 0;
  // The entry that this device has handed in under this id.
  virtual base::Result<std::optional<RegisterMark>> register_entry(std::string_view stream,
                                                                   std::string_view author,
                                                                   std::string_view id) = 0;
  // In order, behind number `after`, with the contact keys that came with them and are not
  // shredded; stops before `max_bytes` are passed, but gives at least one.
  virtual base::Result<wire::RegisterEntries> register_entries(std::string_view stream,
                                                               std::uint64_t after,
                                                               std::size_t limit,
                                                               std::size_t max_bytes) = 0;
  // Sorted by device.
  virtual base::Result<std::vector<wire::GrantHolder>> register_holders(
      std::string_view stream) = 0;
  virtual base::Result<std::optional<wire::RegisterGrant>> register_grant(
      std::string_view stream, std::string_view device) = 0;

  // Devices that sent a message of this id.
  virtual base::Result<std::vector<std::string>> senders_of(std::string_view id) = 0;
  virtual base::Result<std::optional<std::string>> recall_of(std::uint64_t message) = 0;
  // Of messages that the device was told of, behind the cursor, in order. A cursor that was never
  // given counts as 0: who has it was lied to, or has it from a store that is not there any more.
  virtual base::Result<std::vector<wire::InboxRecall>> recalls(std::string_view device,
                                                               std::uint64_t after,
                                                               std::size_t limit) = 0;

  virtual base::Result<std::optional<StoredLink>> link(std::string_view id) = 0;
  virtual base::Result<std::optional<LinkClaim>> link_claim(std::string_view link,
                                                            std::string_view claim) = 0;
  virtual base::Result<LinkViews> link_views(std::string_view link, base::Time held_since) = 0;
  // What the message's age file is made of besides the header; empty once it is gone.
  virtual base::Result<base::Bytes> payload(std::uint64_t message) = 0;
  virtual base::Result<bool> message_names_blob(std::uint64_t message, std::string_view blob) = 0;
  // Behind the cursor, in order; stops before `max_bytes` of files are passed, but gives at least
  // one.
  virtual base::Result<wire::ContactReplies> replies(std::string_view sender, std::uint64_t after,
                                                     std::size_t limit, std::size_t max_bytes) = 0;
  // Whether the newest word about the contact and the purpose, or every purpose, is to stop. For an
  // empty purpose: whether nothing was lifted since the contact stopped everything.
  virtual base::Result<bool> stopped(std::string_view contact, std::string_view purpose) = 0;
  // Whether a stop of the contact is not recorded in the register.
  virtual base::Result<bool> stop_waits(std::string_view contact) = 0;
  // Those that are not recorded in the register, behind the number, in order.
  virtual base::Result<wire::Stops> stops(std::uint64_t after, std::size_t limit) = 0;

  virtual base::Result<std::uint64_t> tree_size() = 0;
  virtual base::Result<std::vector<base::Bytes>> leaves(std::uint64_t from, std::size_t limit) = 0;
  // The stored hashes of a tile, as many as there are; empty when there is none.
  virtual base::Result<base::Bytes> tile(int level, std::uint64_t index) = 0;
  virtual base::Result<std::optional<std::string>> checkpoint() = 0;  // the latest signed note
};

class MetaWriter {
 public:
  virtual ~MetaWriter() = default;
  virtual MetaReader& reads() = 0;  // sees what the open transaction has changed

  virtual base::Result<void> begin() = 0;
  virtual base::Result<void> commit() = 0;  // durable when it returns
  virtual void rollback() = 0;
  // A nested step inside the transaction: kept by release(), undone by undo(). False from alive()
  // means that the store has given the whole transaction up.
  virtual base::Result<void> savepoint() = 0;
  virtual base::Result<void> release() = 0;
  virtual base::Result<void> undo() = 0;
  virtual bool alive() const = 0;

  // False when this key used the nonce before in a request created at that time.
  virtual base::Result<bool> remember_nonce(std::string_view key, std::string_view nonce,
                                            base::Time created) = 0;
  virtual base::Result<void> add_trust_entry(std::uint64_t number, std::string_view entry) = 0;
  virtual base::Result<void> set_trust_leaf(std::uint64_t number, std::uint64_t leaf) = 0;
  virtual base::Result<void> set_prekey(std::string_view device, std::string_view note) = 0;
  // False when the device has published one of this id before, whatever became of it.
  virtual base::Result<bool> add_once_prekey(std::string_view device, const OncePrekey& prekey,
                                             base::Time now) = 0;
  // Takes one back that nobody has got; false when there is none.
  virtual base::Result<bool> withdraw_once_prekey(std::string_view device, std::string_view id) = 0;
  // The oldest one, which `claimer` gets and nobody after; nothing when there is none.
  virtual base::Result<std::optional<std::string>> take_once_prekey(std::string_view device,
                                                                    std::string_view claimer,
                                                                    base::Time now) = 0;
  // How many of the device's the claimer has got since, or since the device last filled its stock
  // when that is longer ago.
  virtual base::Result<std::uint64_t> once_prekeys_taken(std::string_view device,
                                                         std::string_view claimer,
                                                         base::Time since) = 0;
  // Whether the claimer got the one-time prekey of this id.
  virtual base::Result<bool> took_once_prekey(std::string_view device, std::string_view id,
                                              std::string_view claimer) = 0;
  // Of every use: for a device that has ended, or has another key.
  virtual base::Result<void> remove_prekeys(std::string_view device) = 0;

  virtual base::Result<void> set_journal(std::string_view device,
                                         const audit::JournalLink& last) = 0;

  // What a device was answered to a request of this id; nothing when there was none.
  virtual base::Result<std::optional<StoredAnswer>> answer(std::string_view device,
                                                           std::string_view id) = 0;
  virtual base::Result<void> keep_answer(std::string_view device, std::string_view id,
                                         const StoredAnswer& answer, base::Time at) = 0;

  virtual base::Result<void> set_mfa(const StoredMfa& mfa) = 0;
  // In place of those that there were.
  virtual base::Result<void> set_recovery_codes(std::string_view user,
                                                std::span<const crypto::Digest> codes) = 0;
  // False when it is none of them. A used one is gone.
  virtual base::Result<bool> use_recovery_code(std::string_view user,
                                               const crypto::Digest& code) = 0;
  virtual base::Result<void> set_mfa_proof(const StoredProof& proof) = 0;
  virtual base::Result<void> use_mfa_proof(std::string_view device, base::Time used) = 0;
  // The secret, the recovery codes and every proof. False when there was no secret.
  virtual base::Result<bool> remove_mfa(std::string_view user) = 0;
  // Notes that the device is given the envelope now.
  virtual base::Result<HandOut> hand_out(std::uint64_t message, std::string_view device) = 0;

  virtual base::Result<std::uint64_t> add_message(const NewMessage& message) = 0;  // its row
  // Removes the device's envelope, or its wait for a new one, and the payload with the last. False
  // when there was neither.
  virtual base::Result<bool> remove_envelope(std::uint64_t message, std::string_view device) = 0;
  // The same for every message that the device waits for, in the order in which they came.
  virtual base::Result<std::vector<DroppedMessage>> drop_queue(std::string_view device) = 0;
  // Removes an envelope that its device cannot open. The payload stays until a new envelope came
  // and went, unless the device has had kMaxRenewals of them. False when there was none.
  virtual base::Result<bool> miss_envelope(std::uint64_t message, std::string_view device) = 0;
  virtual base::Result<std::optional<Renewal>> renewal(std::uint64_t message,
                                                       std::string_view device) = 0;
  // A new envelope for a device that waits for one.
  virtual base::Result<void> renew_envelope(std::uint64_t message,
                                            const wire::Envelope& envelope) = 0;
  virtual base::Result<void> add_evidence(const NewEvidence& evidence, std::uint64_t leaf) = 0;
  virtual base::Result<bool> has_evidence(std::uint64_t message, std::string_view by,
                                          receipt::State state) = 0;
  virtual base::Result<bool> has_statement(std::uint64_t message, std::string_view statement) = 0;

  virtual base::Result<void> add_blob(const StoredBlob& blob, base::Time now) = 0;
  virtual base::Result<void> add_part(std::string_view id, std::uint64_t part, base::Time now) = 0;
  virtual base::Result<void> complete_blob(std::string_view id, base::ByteView leaves,
                                           base::Time now) = 0;
  virtual base::Result<void> remove_blob(std::string_view id) = 0;
  // Forgets which parts of incomplete blobs are there: after the machine itself restarted, their
  // bytes may be gone although the note about them is not.
  virtual base::Result<void> forget_unsynced_parts(std::string_view boot) = 0;

  virtual base::Result<void> add_order(const StoredOrder& order) = 0;
  virtual base::Result<void> order_fetched(std::uint64_t row, base::Time now) = 0;
  virtual base::Result<void> order_obeyed(std::uint64_t row, base::Time now,
                                          std::string_view answer, std::string_view voucher) = 0;

  // The row of the entry, for set_register_leaf().
  virtual base::Result<std::uint64_t> add_register_entry(const NewRegisterEntry& entry) = 0;
  virtual base::Result<void> set_register_leaf(std::uint64_t row, std::uint64_t leaf) = 0;
  // False when the contact has one, or had one that was shredded.
  virtual base::Result<bool> add_contact_key(std::string_view stream, const wire::WrappedKey& key,
                                             std::uint64_t number) = 0;
  // Overwrites the key. False when that was done before; nothing when the contact never had one.
  virtual base::Result<std::optional<bool>> shred_contact_key(std::string_view stream,
                                                              std::string_view contact) = 0;
  // In place of what the device had.
  virtual base::Result<void> set_register_grant(std::string_view stream,
                                                const wire::RegisterGrant& grant) = 0;
  virtual base::Result<void> remove_register_grant(std::string_view stream,
                                                   std::string_view device) = 0;
  virtual base::Result<void> remove_register_grants(std::string_view device) = 0;
  // Outside a transaction: leaves no copy of what was shredded behind in the store's own files.
  // False when somebody reads; to be tried again then.
  virtual base::Result<bool> scrub() = 0;

  // A message with a link is added with it; this changes what became of the link.
  virtual base::Result<void> set_link(std::string_view id, LinkState state, std::uint64_t wrong,
                                      std::uint64_t replies) = 0;
  // Nobody may open it any more: its header goes, and the message's payload.
  virtual base::Result<void> close_link(std::string_view id) = 0;
  virtual base::Result<void> set_link_claim(std::string_view link, std::string_view claim,
                                            const LinkClaim& value) = 0;
  // False when the message has one of this id.
  virtual base::Result<bool> add_reply(const NewReply& reply) = 0;
  // False when there was none.
  virtual base::Result<bool> remove_reply(std::string_view sender, std::string_view id) = 0;
  // The row, for set_stop_leaf(). An empty purpose is every one.
  virtual base::Result<std::uint64_t> add_stop(std::string_view contact, std::string_view purpose,
                                               base::Time at) = 0;
  virtual base::Result<void> set_stop_leaf(std::uint64_t row, std::uint64_t leaf) = 0;
  virtual base::Result<void> record_stop(std::uint64_t row) = 0;
  virtual base::Result<void> lift_stop(std::string_view contact, std::string_view purpose,
                                       base::Time at) = 0;

  // Removes what nobody has fetched: envelopes, waits for new ones, payload, and attachments that
  // nothing else names; the link is recalled, opened or not.
  virtual base::Result<Withdrawn> withdraw(std::uint64_t message) = 0;
  // The row, for set_recall_leaf(). A message has one at most. `devices` get it with their inbox.
  virtual base::Result<std::uint64_t> add_recall(std::uint64_t message, std::string_view statement,
                                                 std::span<const std::string> devices) = 0;
  virtual base::Result<void> set_recall_leaf(std::uint64_t row, std::uint64_t leaf) = 0;

  virtual base::Result<void> add_leaf(std::uint64_t index, base::ByteView leaf) = 0;
  virtual base::Result<void> set_tile(int level, std::uint64_t index, base::ByteView hashes) = 0;
  virtual base::Result<void> set_checkpoint(std::string_view note) = 0;
  // Writes something without meaning, to learn whether writing works.
  virtual base::Result<void> probe(base::Time now) = 0;

  // Housekeeping, each at most `limit` items a call.
  virtual base::Result<std::vector<ExpiredMessage>> expired(base::Time now, std::size_t limit) = 0;
  virtual base::Result<void> remove_expired(const ExpiredMessage& message) = 0;
  // How many were removed.
  virtual base::Result<std::size_t> remove_nonces(base::Time created_before, std::size_t limit) = 0;
  virtual base::Result<std::size_t> remove_once_prekeys(base::Time expired_before,
                                                        std::size_t limit) = 0;
  virtual base::Result<std::size_t> remove_answers(base::Time given_before, std::size_t limit) = 0;
  // Ids of links all of whose views are spent, the last claim made before `claimed_before`, and
  // that are not closed.
  virtual base::Result<std::vector<std::string>> spent_links(base::Time claimed_before,
                                                             std::size_t limit) = 0;
  // Forgets links, with their claims; how many.
  virtual base::Result<std::size_t> remove_links(base::Time expired_before, std::size_t limit) = 0;
  // Blobs that nothing needs: incomplete or unreferenced and untouched since `since`, or named by
  // expired messages only. What an entry of the register keeps is none of them.
  virtual base::Result<std::vector<std::string>> stale_blobs(base::Time now, base::Time since,
                                                             std::size_t limit) = 0;
};

class MetaStore {
 public:
  virtual ~MetaStore() = default;
  virtual MetaWriter& writer() = 0;  // for the one writer thread
  // A reader for the calling thread, given back when destroyed. Thread-safe.
  struct GiveBack {
    MetaStore* store = nullptr;
    void operator()(MetaReader* reader) const {
      if (store != nullptr) store->give_back(reader);
    }
  };
  using Reading = std::unique_ptr<MetaReader, GiveBack>;
  virtual base::Result<Reading> read() = 0;

 private:
  virtual void give_back(MetaReader* reader) = 0;
};

}  // namespace sealpost::relay
