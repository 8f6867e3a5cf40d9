// The relay as a typed object: one method per route of sealpost-relay(8), PROTOCOL.
//
// Every request is signed (RFC 9421) anew for each try. All of them may be repeated, because ids
// are chosen by the client: connection failures and "busy" are tried again, as long as
// client/limits.hpp says, unless the process is asked to stop.
//
// Errors common to all methods: kUnreachable when nobody answered, kBusy when the relay asked to
// come back later, kInterrupted, kVerificationFailed when the server's key is not the pinned one,
// kMalformed when the answer is out of form or too long, and what the relay's problem says
// otherwise (kLocked, kDenied, kRevoked, kNotFound, kConflict, kNoSpace, ...). What the answers
// say is the relay's word: verifying it is the caller's. One thread at a time; another() gives a
// second connection for a second thread.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/filter.hpp"
#include "base/seams.hpp"
#include "base/stream.hpp"
#include "client/endpoint.hpp"
#include "client/limits.hpp"
#include "client/pacer.hpp"
#include "client/transport.hpp"
#include "merkle/tile.hpp"
#include "note/note.hpp"
#include "wire/audit.hpp"
#include "wire/messages.hpp"

namespace sealpost::client {

// The parts of the world a client needs; they must outlive it.
struct Seams {
  base::Clock& clock;
  base::Random& random;
  const base::Interrupt& interrupt;
};

class RelayClient {
 public:
  // Opens no connection yet; kUsage when the URL or the pin is out of form. `signer` is a device's
  // or an invitation's key and must outlive the client; nullptr leaves requests unsigned, which
  // only relay_info() and the first append_trust() allow.
  static base::Result<RelayClient> make(const Endpoint& endpoint, const note::Signer* signer,
                                        Seams seams);
  // Over a transport of the caller's (tests).
  RelayClient(std::unique_ptr<Transport> transport, std::string url, const note::Signer* signer,
              Seams seams);
  RelayClient another() const { return another(seams_.interrupt); }
  RelayClient another(const base::Interrupt& interrupt) const;  // ended by this one, which outlives
  // Asked when the relay says that the signer's key was replaced: true when the signer has a newer
  // one now, with which the request is signed anew. Connections that another() made do not
  // ask, since their threads must not see the signer change.
  using NewKey = std::function<bool()>;
  void on_replaced_key(NewKey ask) { new_key_ = std::move(ask); }
  const std::string& url() const { return url_; }
  base::Time now() const { return seams_.clock.now(); }

  // Who this relay says it is. Needs no signature.
  base::Result<wire::RelayInfo> relay_info();

  // Trust chain entries from number `from` on, and how many there are in all.
  base::Result<wire::TrustEntries> trust_since(std::uint64_t from);
  base::Result<void> append_trust(const wire::TrustEntries& entries);
  // With the invitation's key as signer.
  base::Result<void> enrol(const wire::Enrolment& enrolment);

  base::Result<void> publish_prekeys(const wire::PrekeyBatch& batch);
  base::Result<wire::PrekeyStock> prekey_stock();  // this device's own
  base::Result<wire::ClaimedPrekeys> claim_prekeys(const std::vector<std::string>& devices);

  base::Result<wire::MfaState> mfa_state();
  // A new secret for this device's member, to be shown once; counts after the first code.
  base::Result<wire::MfaSecret> mfa_enrol();
  // kMfaRequired when the code is wrong, or none is looked at for a while.
  base::Result<wire::MfaProven> mfa_verify(const wire::MfaCode& code);
  base::Result<void> mfa_reset(const wire::MfaMember& member);

  base::Result<wire::SubmissionResults> submit(const wire::Submissions& submissions);
  // A new envelope of a message that this device sent, for a recipient device that could not open
  // its last one. kNotFound when the message or the device is out of reach for good, kConflict when
  // the device does not wait for one.
  base::Result<wire::EnvelopeResult> add_envelope(std::string_view message,
                                                  const wire::Envelope& envelope);
  // Deliveries behind cursor `after`. With `wait` the relay holds the answer until there is one or
  // the time is over; the answer may then be empty.
  // With `receipts`, a receipt behind that cursor ends the wait as well. Recalls are those behind
  // `recalls`.
  base::Result<wire::Inbox> inbox(std::uint64_t after, std::size_t limit,
                                  std::chrono::seconds wait = {},
                                  std::optional<std::uint64_t> receipts = {},
                                  std::uint64_t recalls = 0);
  // Delivered and undecryptable receipts; afterwards the relay forgets those envelopes.
  base::Result<wire::ReceiptBatchResult> acknowledge(const std::vector<std::string>& receipts);
  // Read receipts.
  base::Result<wire::ReceiptBatchResult> post_receipts(const std::vector<std::string>& receipts);
  // About messages this device sent.
  base::Result<wire::EvidenceList> receipts_after(std::uint64_t after, std::size_t limit);
  base::Result<wire::EvidenceList> evidence(std::string_view message, std::string_view from_device);
  // Takes a message back, or says by what it was before.
  base::Result<wire::RecallTaken> post_recall(const std::string& recall);
  // Whose message of this id this device may take back; `from` may be empty. kNotFound, kDenied.
  base::Result<wire::RecallSubject> recall_subject(std::string_view message, std::string_view from);
  base::Result<wire::EvidenceList> recall_evidence(std::string_view message, std::string_view from);
  // Trust chain entries by number, at most wire::kMaxBatch, each with the event that logs it; the
  // cursor is the number.
  base::Result<wire::EvidenceList> trust_evidence(const std::vector<std::uint64_t>& numbers);

  // What contacts sent back to this device. Afterwards the relay forgets those that are stored.
  base::Result<wire::ContactReplies> contact_replies(std::uint64_t after, std::size_t limit);
  base::Result<void> acknowledge_replies(const std::vector<std::string>& ids);
  // Contacts that want no more messages, for who may write the register.
  base::Result<wire::Stops> stops_after(std::uint64_t after, std::size_t limit);
  base::Result<void> stops_recorded(const std::vector<std::uint64_t>& numbers);
  // kConflict while a stop of the contact is not recorded.
  base::Result<void> lift_stop(const wire::StopLift& lift);

  // Has the relay log that messages of this device are about to be exported.
  base::Result<void> announce_export(wire::Export exported);
  // Hands in entries of this device's journal; what the relay has already changes nothing.
  base::Result<void> post_journal(const wire::JournalBatch& batch);

  // Orders to wipe a device. The two that a device asks and says about itself need no signature.
  base::Result<void> post_order(const std::string& order);
  base::Result<wire::StandingOrder> standing_order(const crypto::Digest& key,
                                                   const RetryBudget& budget = kRequestBudget);
  base::Result<void> answer_order(const wire::WipeAnswer& answer,
                                  const RetryBudget& budget = kRequestBudget);
  base::Result<wire::OrderState> order_state(std::string_view device);  // kNotFound

  // The register. append_register(): kConflict when the epoch is not the present one, or an entry
  // that begins one comes behind others that its author has not read.
  base::Result<wire::RegisterState> register_state(std::string_view stream);
  base::Result<wire::RegisterEntries> register_entries(std::string_view stream, std::uint64_t after,
                                                       std::size_t limit);
  base::Result<wire::RegisterAppended> append_register(std::string_view stream,
                                                       const wire::RegisterAppend& entry);
  base::Result<void> grant_register(std::string_view stream, const wire::RegisterGrants& grants);
  base::Result<wire::RegisterGrant> register_grant(std::string_view stream);  // kNotFound
  base::Result<void> miss_register_grant(std::string_view stream);
  base::Result<void> record_decisions(wire::ConsentDecisions decisions);

  base::Result<wire::BlobState> reserve_blob(const wire::BlobReservation& reservation);
  // `sent` hears how many bytes leave for the first time, repetitions left out; it may be empty.
  base::Result<void> put_part(std::string_view blob, std::uint64_t part, base::ByteView bytes,
                              Pacer& pacer, const std::function<void(std::uint64_t)>& sent);
  base::Result<void> complete_blob(std::string_view blob, const wire::BlobCompletion& completion);
  base::Result<wire::BlobCompletion> blob_leaves(std::string_view blob);
  // Streams ciphertext bytes [from, from + count) to the sink, going on where a connection broke.
  // kMalformed when the relay has fewer or gives more.
  base::Result<void> fetch_blob(std::string_view blob, std::uint64_t from, std::uint64_t count,
                                base::ByteSink& sink, Pacer& pacer);

  base::Result<std::string> checkpoint();  // the signed note, verbatim
  // The newest one that carries witnesses' cosignatures, enough for the policy if there are so
  // many; kNotFound while there is none.
  base::Result<std::string> cosigned_checkpoint();
  // From which index on the relay shows what events say; kNotFound from one that shows them all.
  base::Result<std::uint64_t> log_floor();
  base::Result<base::Bytes> tile(const merkle::TileId& tile);
  // `id`: the query's, the same for all its pages.
  base::Result<wire::AuditEntries> audit_events(const audit::Filter& filter, std::size_t limit,
                                                std::string_view id);
  // Has what was done with the log recorded in it.
  base::Result<void> record_export(const wire::AuditExport& exported);
  base::Result<void> record_review(const wire::AuditReview& review);

 private:
  base::Result<base::Bytes> get(const std::string& path, std::chrono::seconds wait = {},
                                const RetryBudget& budget = kRequestBudget);
  base::Result<base::Bytes> post(const std::string& path, base::ByteView body,
                                 const RetryBudget& budget = kRequestBudget);
  Request request(std::string_view method, const std::string& path) const;
  // With as many tries as the budget allows; a response of the 2xx class. `alive` says whether the
  // last try showed a sign of life, for which the budget begins anew.
  base::Result<Response> exchange(const Request& request, const RetryBudget& budget,
                                  const std::function<bool()>& alive = {});
  // One try, freshly signed; a response of any class.
  base::Result<Response> attempt(Request request);
  base::Error stopped_or(base::Error error) const;

  std::unique_ptr<Transport> transport_;
  std::string url_;  // without a final slash
  const note::Signer* signer_;
  Seams seams_;
  NewKey new_key_;
};

}  // namespace sealpost::client
