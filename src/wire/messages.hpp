// What client and relay say to each other: CBOR bodies of the routes in sealpost-relay(8),
// PROTOCOL. One struct per body, to_cbor and a parser that is strict about types and bounds.
// Parsers fail with kMalformed. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/seams.hpp"
#include "crypto/hash.hpp"

namespace sealpost::wire {

using base::Bytes;
using base::ByteView;

inline constexpr std::string_view kCborType = "application/cbor";
inline constexpr std::size_t kMaxBody = 8 << 20;     // bytes of a request that is not a part
inline constexpr std::uint64_t kPartSize = 8 << 20;  // bytes of every blob part but the last
inline constexpr std::size_t kMaxBatch = 256;        // messages, receipts, envelopes
inline constexpr std::size_t kMaxClaim = 128;        // prekeys; the longest names fit one event
inline constexpr std::size_t kMaxEnvelopes = 1024;   // of one message
inline constexpr std::size_t kPrekeyStock = 100;     // one-time prekeys a device keeps at the relay
inline constexpr std::size_t kMaxHeader = 64 << 10;  // bytes of an envelope's age header
inline constexpr std::size_t kMaxLinkHeader = 1024;  // bytes
inline constexpr std::size_t kMaxReplyFile = 64 << 10;    // bytes of a reply's age file
inline constexpr std::uint64_t kMaxViews = 1000;          // of one link
inline constexpr std::size_t kMaxRecords = 1000;          // of one entry of the register; keys, too
inline constexpr std::size_t kMaxRegisterFile = 2 << 20;  // bytes of an entry's age file
inline constexpr std::size_t kMaxRegisterPage = 1000;     // entries of one answer
inline constexpr std::size_t kMaxRegisterAnswer = 8
                                                  << 20;  // bytes of one, unless one entry is more
inline constexpr std::size_t kMaxGrantFile = 256 << 10;
inline constexpr std::size_t kWrappedKeySize = 72;
inline constexpr std::uint64_t kMaxBlob = std::uint64_t{1} << 40;

// GET /v1/relay, without a signature.
struct RelayInfo {
  std::string organisation;  // root vkey
  std::string log;           // vkey; its name is the origin
  std::uint64_t trust_size = 0;
  std::string version;
};

// GET /v1/trust?from=N. POST /v1/trust has the same body with the entries to append.
struct TrustEntries {
  std::uint64_t size = 0;  // of the whole chain after this
  std::vector<std::string> entries;
};

// POST /v1/enrol, signed by the invitation key.
struct Enrolment {
  std::string certificate;  // note
  std::string prekey;       // note
};

// POST /v1/prekeys/claim {"devices": [name]}, where a name may stand several times, answers in that
// order:
struct ClaimedPrekey {
  std::string device;
  std::string prekey;  // note; empty when the device has none
};
struct PrekeyClaim {
  std::string id;                    // chosen by the device: what comes again is not done again
  std::vector<std::string> devices;  // at most kMaxClaim; may be named several times
};
// POST /v1/prekeys
struct PrekeyBatch {
  std::vector<std::string> prekeys = {};  // notes of either use
  std::vector<std::string> withdrawn =
      {};  // ids of one-time prekeys that nobody shall get any more
};
// GET /v1/prekeys: what the relay has of the device that asks.
struct PrekeyStock {
  std::vector<std::string> once;  // ids
  std::string last_resort;        // note; empty when there is none
};
struct ClaimedPrekeys {
  std::vector<ClaimedPrekey> prekeys;
};

// POST /v1/mfa/enrol, without a body, answers with what is shown once. The secret is the member's
// and the relay's.
struct MfaSecret {
  Bytes secret;
  std::vector<std::string> recovery;
};
// POST /v1/mfa/verify: a code, or a recovery code. The same request, sent again because its answer
// was lost, has the same `request`, which is empty when it is sent once only.
struct MfaCode {
  std::string code;
  std::string request = {};
  base::Time at{};  // of the first try
};
struct MfaProven {
  base::Time until;
};
// POST /v1/mfa/reset
struct MfaMember {
  std::string user;
};
// GET /v1/mfa, about the device that asks. A time of 0 is none.
struct MfaState {
  bool required = false;
  bool enrolled = false;
  base::Time proven_until{};
  base::Time paused_until{};
  std::uint64_t recovery_codes = 0;  // that are left
};

// POST /v1/messages
struct Envelope {
  std::string device;  // full name of the recipient
  std::string prekey;  // id
  Bytes header;        // age header for this device alone
};
// A contact's way to a message, in the place of envelopes. sealpost-link(5).
enum class Passcode { kNone, kAsk, kBirthdate };
std::string_view passcode_name(Passcode passcode);
std::optional<Passcode> passcode_from_name(std::string_view name);
struct Link {
  std::string id;          // 32 hex digits
  crypto::Digest fetch{};  // SHA-256 of what the page shows to get at the message
  crypto::Digest open{};   // SHA-256 of what it shows to open it
  std::string contact;     // id
  Passcode passcode = Passcode::kNone;
  std::uint64_t views = 1;  // how often it may be opened
  Bytes header;             // age header, at most kMaxLinkHeader bytes
};
struct Submission {
  std::string id;  // UUID, chosen by the client
  Bytes tag;       // keyed content tag, 32 bytes
  std::string purpose;
  crypto::Digest message_sha256;  // over the header note
  base::Time expires;
  std::vector<Envelope> envelopes;
  Bytes payload;  // nonce and STREAM chunks, shared by all envelopes
  std::vector<std::string> blobs;
  bool partial = false;  // accept although some recipients are refused
  std::optional<Link> link = std::nullopt;
};
struct Submissions {
  std::vector<Submission> messages;
};
// POST /v1/messages/ID/envelopes has one Envelope, for a device that could not open its last one.
struct EnvelopeResult {
  bool duplicate = false;  // this very envelope was there before
};
enum class RecipientState { kAccepted, kUnknown, kRevoked, kRefused };
std::string_view recipient_state_name(RecipientState state);
struct RecipientResult {
  std::string device;
  RecipientState state = RecipientState::kAccepted;
};
struct SubmissionResult {
  std::string id;
  bool accepted = false;
  bool duplicate = false;
  std::string error_code;  // Code name when not accepted
  std::string error_text;
  std::vector<RecipientResult> recipients;
  std::string receipt;  // the relay's signed accepted receipt
};
struct SubmissionResults {
  std::vector<SubmissionResult> results;
};

// GET /v1/inbox?after=CURSOR&limit=N&wait=SECONDS&recalls=CURSOR
struct Delivery {
  std::uint64_t cursor = 0;
  std::string id;
  std::string from;  // device
  base::Time expires;
  std::string prekey;
  Bytes header;
  Bytes payload;
  std::string receipt;  // accepted
};
// A message that this device has, or may have, is taken back. With a cursor of its own.
struct InboxRecall {
  std::uint64_t cursor = 0;
  std::string recall;  // note
};
struct Inbox {
  std::vector<InboxRecall> recalls;
  std::vector<Delivery> deliveries;
  bool more = false;
};

// POST /v1/inbox/acknowledge: delivered, undecryptable or recalled receipts; POST /v1/receipts:
// read receipts. Both: {"receipts": [note]}; the answer counts how many were new, and how many the
// relay will never take, whoever repeats them. recalled: something of what was delivered is taken
// back.
struct ReceiptBatch {
  std::vector<std::string> receipts;
};
struct ReceiptBatchResult {
  std::uint64_t recorded = 0;
  std::uint64_t refused = 0;
  bool recalled = false;
};

// POST /v1/recalls: takes a message back; the answer is the recall that counts, the first one.
struct RecallPosting {
  std::string recall;  // note
};
struct RecallTaken {
  std::string recall;  // note
  bool duplicate = false;
};
// GET /v1/recalls/ID?from=DEVICE: whose message of this id the caller may take back, and the recall
// of it, empty when there is none. GET /v1/recalls/ID/evidence?from=DEVICE: as for messages.
struct RecallSubject {
  std::string from;
  std::string recall;
};

// GET /v1/receipts?after=CURSOR&limit=N: receipts about messages that this device sent.
// GET /v1/messages/ID/evidence?from=DEVICE: all receipts about one message.
struct EvidenceItem {
  std::uint64_t cursor = 0;
  std::string statement;    // note
  std::uint64_t index = 0;  // of the audit leaf
  Bytes leaf;
};
struct EvidenceList {
  std::vector<EvidenceItem> items;
  bool more = false;
};

// GET /v1/replies?after=CURSOR&limit=N: what contacts sent back to this device.
struct ContactReply {
  std::uint64_t cursor = 0;
  std::string id;       // 32 hex digits, chosen by the page
  std::string message;  // id of the message that it answers
  base::Time at;
  Bytes file;  // the age file
};
struct ContactReplies {
  std::vector<ContactReply> replies;
  bool more = false;
};
// POST /v1/replies/acknowledge: these are stored with their reader.
struct RepliesStored {
  std::vector<std::string> ids;
};
// GET /v1/stops?after=NUMBER&limit=N: contacts that want no more messages, and whose revocation is
// not in the register yet. POST /v1/stops/recorded takes the numbers of those that are.
struct Stop {
  std::uint64_t number = 0;
  std::string contact;
  std::string purpose;      // empty: all of them
  std::uint64_t index = 0;  // of the audit leaf
  Bytes leaf;
};
struct Stops {
  std::vector<Stop> stops;
  bool more = false;
};
struct StopsRecorded {
  std::vector<std::uint64_t> numbers;
};
// POST /v1/stops/lift: a newer consent of the contact is in the register.
struct StopLift {
  std::string contact;
  std::vector<std::string> purposes;
};

// POST /v1/exports: messages that are about to leave the system, sealed to keys from outside it.
struct Export {
  std::vector<std::string> messages;  // ids, at most kMaxBatch
  crypto::Digest recipients{};        // of the recipients' text, one a line, sorted
  std::string id = {};                // chosen by the device, as of a claim
};

// POST /v1/journal: entries of the device's journal, each behind the other (audit/journal.hpp).
struct JournalBatch {
  std::vector<std::string> entries;  // at most kMaxBatch
};

// POST /v1/blobs, answered with the parts already there; POST /v1/blobs/ID/complete.
struct BlobReservation {
  std::string id;          // 32 hex digits, random, chosen by the client
  std::uint64_t size = 0;  // bytes of ciphertext
};
struct BlobState {
  std::vector<std::uint64_t> parts;  // numbers of the parts that are stored
  bool complete = false;
};
struct BlobCompletion {
  std::vector<crypto::Digest> leaves;  // RFC 6962 leaf hashes of each 1 MiB of ciphertext
};

// GET /v1/audit/events?<filter>&limit=N
struct AuditEntry {
  std::uint64_t index = 0;
  Bytes leaf;
};
struct AuditEntries {
  std::vector<AuditEntry> entries;
  std::uint64_t next = 0;  // pass as after=; meaningful when more
  bool more = false;
};

// POST /v1/orders: a signed order to wipe a device.
struct OrderPosting {
  std::string order;  // note
};
// GET /v1/orders/FINGERPRINT, without a signature: the newest order for the device with this key,
// and the entries of the trust chain that lead from the root to who signed it and to the device.
struct StandingOrder {
  std::string order;  // note; empty when there is none
  std::vector<std::string> entries;
};
// POST /v1/orders/answer, without a signature: the device's word that it was wiped.
struct WipeAnswer {
  std::string answer;   // note
  std::string voucher;  // note
};
// GET /v1/orders?device=NAME: the newest order for a device. Times are the relay's, 0 before.
struct OrderState {
  std::string order;  // note
  base::Time ordered;
  base::Time fetched;
  base::Time wiped;
  std::string answer;   // note; empty until the device has answered
  std::string voucher;  // note; the same
};

// The register, sealpost-register(5). STREAM is "people" or "organisation".
// GET /v1/register/STREAM
struct GrantHolder {
  std::string device;
  std::uint64_t epoch = 0;  // of the newest key that waits for it, or that it was given
};
struct RegisterState {
  std::uint64_t size = 0;   // entries
  std::uint64_t epoch = 0;  // 0 before the first entry
  std::vector<GrantHolder> granted;
};
// A contact's key under the identity of that epoch.
struct WrappedKey {
  std::string contact;
  std::uint64_t epoch = 0;
  Bytes wrapped;
};
// What the log says of the keys that came with an entry: sealpost-register(5), CONTACT KEYS.
using KeyMarks = std::vector<std::pair<std::string, crypto::Digest>>;  // contact, SHA-256
crypto::Digest digest_of(const KeyMarks& keys);
KeyMarks marks_of(const std::vector<WrappedKey>& keys);
// GET /v1/register/STREAM/entries?after=N&limit=M: in order, with the keys that came with them and
// are not shredded.
struct RegisterEntry {
  std::uint64_t number = 0;
  Bytes file;               // the age file
  std::uint64_t index = 0;  // of the audit leaf
  Bytes leaf;
};
struct RegisterEntries {
  std::vector<RegisterEntry> entries;
  std::vector<WrappedKey> keys;
  bool more = false;
};
// POST /v1/register/STREAM/entries
struct RegisterAppend {
  std::string id;           // UUID of the entry, chosen by the client
  std::uint64_t epoch = 0;  // the present one, or the next: then the entry begins it
  // Entries that the author had read: all of them to begin an epoch, otherwise at least the one
  // that began the present epoch.
  std::uint64_t after = 0;
  Bytes file;
  std::vector<WrappedKey> keys;
  std::vector<std::string> shredded;  // contacts
  std::vector<std::string> blobs;     // that its records keep
};
struct RegisterAppended {
  std::uint64_t number = 0;
  bool duplicate = false;  // the same was handed in before
};
// POST /v1/register/STREAM/grants; GET /v1/register/STREAM/grant gives the caller its own, and
// POST /v1/register/STREAM/grant/missed takes it away because it cannot be opened.
struct RegisterGrant {
  std::string device;
  std::uint64_t epoch = 0;
  std::string prekey;  // id
  Bytes file;
};
struct RegisterGrants {
  std::vector<RegisterGrant> grants;
};
// POST /v1/decisions: what the gate in front of a contact decided, for the log.
struct ConsentDecision {
  std::string contact;
  std::string purpose;
  std::string channel;  // may be empty
  bool allowed = false;
  std::string reason;  // a code of the gate
  std::string grant;   // id; may be empty
};
struct ConsentDecisions {
  std::vector<ConsentDecision> decisions;
  std::string id = {};  // chosen by the device, as of a claim
};

// For every struct T above that is a whole body:
//   base::Bytes to_cbor(const T&);
//   base::Result<T> parse_<snake_case_T>(base::ByteView);
Bytes to_cbor(const RelayInfo& value);
Bytes to_cbor(const TrustEntries& value);
Bytes to_cbor(const Enrolment& value);
Bytes to_cbor(const PrekeyClaim& value);
Bytes to_cbor(const PrekeyBatch& value);
Bytes to_cbor(const PrekeyStock& value);
Bytes to_cbor(const ClaimedPrekeys& value);
Bytes to_cbor(const MfaSecret& value);
Bytes to_cbor(const MfaCode& value);
Bytes to_cbor(const MfaProven& value);
Bytes to_cbor(const MfaMember& value);
Bytes to_cbor(const MfaState& value);
Bytes to_cbor(const Submissions& value);
Bytes to_cbor(const Envelope& value);
Bytes to_cbor(const EnvelopeResult& value);
Bytes to_cbor(const SubmissionResults& value);
Bytes to_cbor(const Inbox& value);
Bytes to_cbor(const ReceiptBatch& value);
Bytes to_cbor(const ReceiptBatchResult& value);
Bytes to_cbor(const EvidenceList& value);
Bytes to_cbor(const ContactReplies& value);
Bytes to_cbor(const RepliesStored& value);
Bytes to_cbor(const Stops& value);
Bytes to_cbor(const StopsRecorded& value);
Bytes to_cbor(const StopLift& value);
Bytes to_cbor(const Export& value);
Bytes to_cbor(const JournalBatch& value);
Bytes to_cbor(const BlobReservation& value);
Bytes to_cbor(const BlobState& value);
Bytes to_cbor(const BlobCompletion& value);
Bytes to_cbor(const AuditEntries& value);
Bytes to_cbor(const OrderPosting& value);
Bytes to_cbor(const StandingOrder& value);
Bytes to_cbor(const WipeAnswer& value);
Bytes to_cbor(const OrderState& value);
Bytes to_cbor(const RecallPosting& value);
Bytes to_cbor(const RecallTaken& value);
Bytes to_cbor(const RecallSubject& value);
Bytes to_cbor(const RegisterState& value);
Bytes to_cbor(const RegisterEntries& value);
Bytes to_cbor(const RegisterAppend& value);
Bytes to_cbor(const RegisterAppended& value);
Bytes to_cbor(const RegisterGrant& value);
Bytes to_cbor(const RegisterGrants& value);
Bytes to_cbor(const ConsentDecisions& value);

base::Result<RelayInfo> parse_relay_info(ByteView body);
base::Result<TrustEntries> parse_trust_entries(ByteView body);
base::Result<Enrolment> parse_enrolment(ByteView body);
base::Result<PrekeyClaim> parse_prekey_claim(ByteView body);
base::Result<PrekeyBatch> parse_prekey_batch(ByteView body);
base::Result<PrekeyStock> parse_prekey_stock(ByteView body);
base::Result<ClaimedPrekeys> parse_claimed_prekeys(ByteView body);
base::Result<MfaSecret> parse_mfa_secret(ByteView body);
base::Result<MfaCode> parse_mfa_code(ByteView body);
base::Result<MfaProven> parse_mfa_proven(ByteView body);
base::Result<MfaMember> parse_mfa_member(ByteView body);
base::Result<MfaState> parse_mfa_state(ByteView body);
base::Result<Submissions> parse_submissions(ByteView body);
base::Result<Envelope> parse_envelope(ByteView body);
base::Result<EnvelopeResult> parse_envelope_result(ByteView body);
base::Result<SubmissionResults> parse_submission_results(ByteView body);
base::Result<Inbox> parse_inbox(ByteView body);
base::Result<ReceiptBatch> parse_receipt_batch(ByteView body);
base::Result<ReceiptBatchResult> parse_receipt_batch_result(ByteView body);
base::Result<EvidenceList> parse_evidence_list(ByteView body);
base::Result<ContactReplies> parse_contact_replies(ByteView body);
base::Result<RepliesStored> parse_replies_stored(ByteView body);
base::Result<Stops> parse_stops(ByteView body);
base::Result<StopsRecorded> parse_stops_recorded(ByteView body);
base::Result<StopLift> parse_stop_lift(ByteView body);
base::Result<Export> parse_export(ByteView body);
base::Result<JournalBatch> parse_journal(ByteView body);
base::Result<BlobReservation> parse_blob_reservation(ByteView body);
base::Result<BlobState> parse_blob_state(ByteView body);
base::Result<BlobCompletion> parse_blob_completion(ByteView body);
base::Result<AuditEntries> parse_audit_entries(ByteView body);
base::Result<OrderPosting> parse_order_posting(ByteView body);
base::Result<StandingOrder> parse_standing_order(ByteView body);
base::Result<WipeAnswer> parse_wipe_answer(ByteView body);
base::Result<OrderState> parse_order_state(ByteView body);
base::Result<RecallPosting> parse_recall_posting(ByteView body);
base::Result<RecallTaken> parse_recall_taken(ByteView body);
base::Result<RecallSubject> parse_recall_subject(ByteView body);
base::Result<RegisterState> parse_register_state(ByteView body);
base::Result<RegisterEntries> parse_register_entries(ByteView body);
base::Result<RegisterAppend> parse_register_append(ByteView body);
base::Result<RegisterAppended> parse_register_appended(ByteView body);
base::Result<RegisterGrant> parse_register_grant(ByteView body);
base::Result<RegisterGrants> parse_register_grants(ByteView body);
base::Result<ConsentDecisions> parse_consent_decisions(ByteView body);

}  // namespace sealpost::wire
