// One handler per route, by topic. What each route means is sealpost-relay(8), PROTOCOL. Handlers
// run on the server's threads; the changes that they return run on the writer thread.
#pragma once

#include "relay/routes.hpp"

namespace sealpost::relay {

// The caller still may do what it asked for when its change's turn comes: it stands, with the key
// and in the role with which it was let in; kRevoked, kKeyReplaced, kDenied.
base::Result<void> still_active(const Unit& unit, const Caller& caller);

// An answer that is given only once the log says that it was asked for. The event's time is filled
// in; `answer` is called when the caller still may ask, and perhaps more than once.
Change told_first(const Request& request, audit::Event event,
                  std::function<base::Result<Reply>()> answer);

// The change, done once for each id that the device chose: what comes again within kAnswerKept gets
// the first answer, with no event; kConflict for another body. kMalformed for an id that is none.
// The request still has its body.
inline constexpr std::chrono::hours kAnswerKept{1};
base::Result<Change> once(const Request& request, std::string id, Change change);

base::Result<Outcome> get_relay(Request& request, Engine& engine);
base::Result<Outcome> get_trust(Request& request, Engine& engine);
base::Result<Outcome> post_trust(Request& request, Engine& engine);
base::Result<Outcome> get_trust_evidence(Request& request, Engine& engine);
// As post_trust, for entries that nobody has to sign for: the first ones of an empty chain.
Change bootstrap_change(std::vector<std::string> entries);
base::Result<Outcome> post_enrol(Request& request, Engine& engine);

// The user whose device this is, by full names: whom claimed prekeys count against.
std::string user_of(std::string_view device);
base::Result<Outcome> get_prekeys(Request& request, Engine& engine);
base::Result<Outcome> get_mfa(Request& request, Engine& engine);
base::Result<Outcome> post_mfa_enrol(Request& request, Engine& engine);
base::Result<Outcome> post_mfa_verify(Request& request, Engine& engine);
base::Result<Outcome> post_mfa_reset(Request& request, Engine& engine);

base::Result<Outcome> post_prekeys(Request& request, Engine& engine);
base::Result<Outcome> post_prekey_claim(Request& request, Engine& engine);

base::Result<Outcome> post_messages(Request& request, Engine& engine);
base::Result<Outcome> post_envelope(Request& request, Engine& engine);
base::Result<Outcome> get_inbox(Request& request, Engine& engine);

base::Result<Outcome> post_acknowledge(Request& request, Engine& engine);
base::Result<Outcome> post_receipts(Request& request, Engine& engine);
base::Result<Outcome> get_receipts(Request& request, Engine& engine);
base::Result<Outcome> get_evidence(Request& request, Engine& engine);

// What the relay hands out of it, with its leaf; kVerificationFailed when the log lacks that.
base::Result<wire::EvidenceItem> evidence_item(MetaReader& store, StoredEvidence evidence);

base::Result<Outcome> post_recall(Request& request, Engine& engine);
base::Result<Outcome> get_recall(Request& request, Engine& engine);
base::Result<Outcome> get_recall_evidence(Request& request, Engine& engine);

base::Result<Outcome> get_page(Request& request, Engine& engine);
base::Result<Outcome> post_link_look(Request& request, Engine& engine);
base::Result<Outcome> post_link_claim(Request& request, Engine& engine);
base::Result<Outcome> post_link_commit(Request& request, Engine& engine);
base::Result<Outcome> post_link_leaves(Request& request, Engine& engine);
base::Result<Outcome> post_link_blob(Request& request, Engine& engine);
base::Result<Outcome> post_link_reply(Request& request, Engine& engine);
base::Result<Outcome> post_link_stop(Request& request, Engine& engine);
base::Result<Outcome> get_replies(Request& request, Engine& engine);
base::Result<Outcome> post_replies_stored(Request& request, Engine& engine);
base::Result<Outcome> get_stops(Request& request, Engine& engine);
base::Result<Outcome> post_stops_recorded(Request& request, Engine& engine);
base::Result<Outcome> post_stop_lift(Request& request, Engine& engine);

base::Result<Outcome> post_export(Request& request, Engine& engine);
base::Result<Outcome> post_journal(Request& request, Engine& engine);

base::Result<Outcome> post_order(Request& request, Engine& engine);
base::Result<Outcome> get_order(Request& request, Engine& engine);
base::Result<Outcome> post_order_answer(Request& request, Engine& engine);
base::Result<Outcome> get_orders(Request& request, Engine& engine);
// Whether an order stands that the device has not answered.
base::Result<bool> is_to_be_wiped(MetaReader& store, const Directory& directory,
                                  std::string_view device);
// Whether an order stands, answered or not.
base::Result<bool> is_ordered_wiped(MetaReader& store, const Directory& directory,
                                    std::string_view device);

base::Result<Outcome> get_register(Request& request, Engine& engine);
base::Result<Outcome> get_register_entries(Request& request, Engine& engine);
base::Result<Outcome> post_register_entry(Request& request, Engine& engine);
base::Result<Outcome> post_register_grants(Request& request, Engine& engine);
base::Result<Outcome> get_register_grant(Request& request, Engine& engine);
base::Result<Outcome> post_register_missed(Request& request, Engine& engine);
base::Result<Outcome> post_decisions(Request& request, Engine& engine);

// Complete ones that the caller itself has uploaded; kNotFound.
base::Result<void> check_own_blobs(Unit& unit, const Caller& caller,
                                   const std::vector<std::string>& blobs);
base::Result<Outcome> post_blob(Request& request, Engine& engine);
base::Result<std::unique_ptr<BodySink>> open_part(const Request& request, Engine& engine);
base::Result<Outcome> post_blob_complete(Request& request, Engine& engine);
base::Result<Outcome> get_blob(Request& request, Engine& engine);
base::Result<Outcome> get_blob_leaves(Request& request, Engine& engine);

base::Result<Outcome> get_checkpoint(Request& request, Engine& engine);
base::Result<Outcome> get_floor(Request& request, Engine& engine);
base::Result<Outcome> get_cosigned(Request& request, Engine& engine);
base::Result<Outcome> get_tile(Request& request, Engine& engine);
base::Result<Outcome> get_entries(Request& request, Engine& engine);
base::Result<Outcome> get_events(Request& request, Engine& engine);
base::Result<Outcome> post_audit_export(Request& request, Engine& engine);
base::Result<Outcome> post_audit_review(Request& request, Engine& engine);

base::Result<Outcome> get_live(Request& request, Engine& engine);
base::Result<Outcome> get_ready(Request& request, Engine& engine);
base::Result<Outcome> get_metrics(Request& request, Engine& engine);

}  // namespace sealpost::relay
