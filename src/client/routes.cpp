// One method for each route of sealpost-relay(8), PROTOCOL.
#include "base/encoding.hpp"
#include "client/limits.hpp"
#include "client/relay_client.hpp"
#include "client/verdict.hpp"
#include "text/uuid.hpp"

namespace sealpost::client {
namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string page(std::uint64_t after, std::size_t limit) {
  return "after=" + number(after) + "&limit=" + number(limit);
}

std::string blob_path(std::string_view blob, std::string_view rest = "") {
  return "blobs/" + base::percent_encode(blob) + std::string(rest);
}

std::string register_path(std::string_view stream, std::string_view rest = "") {
  return "register/" + base::percent_encode(stream) + std::string(rest);
}

// Counts what got through before a connection broke, as slowly as the pacer says.
class CountingSink final : public base::ByteSink {
 public:
  CountingSink(base::ByteSink& inner, Pacer& pacer) : inner_(inner), pacer_(pacer) {}
  base::Result<void> write(base::ByteView bytes) override {
    pacer_.pass(bytes.size());
    TRY(inner_.write(bytes));
    count_ += bytes.size();
    return {};
  }
  std::uint64_t count() const { return count_; }

 private:
  base::ByteSink& inner_;
  Pacer& pacer_;
  std::uint64_t count_ = 0;
};

// Holds the bytes of a body back as the pacer says, and counts how far it has ever come.
class UploadWatch final : public BodyWatch {
 public:
  UploadWatch(Pacer& pacer, const std::function<void(std::uint64_t)>& sent)
      : pacer_(pacer), sent_(sent) {}
  void leaving(std::uint64_t end) override {
    const std::uint64_t begin = end <= at_ ? 0 : at_;  // 0: a new try
    pacer_.pass(static_cast<std::size_t>(end - begin));
    at_ = end;
    if (end <= farthest_) return;
    if (sent_) sent_(end - farthest_);
    farthest_ = end;
  }
  // Whether it came farther since it was last asked.
  bool alive() {
    const bool farther = farthest_ >= asked_ + kSignOfLife;
    if (farther) asked_ = farthest_;
    return farther;
  }

 private:
  Pacer& pacer_;
  const std::function<void(std::uint64_t)>& sent_;
  std::uint64_t at_ = 0;  // in this try
  std::uint64_t farthest_ = 0;
  std::uint64_t asked_ = 0;
};

// Says whose fault it is when an answer cannot be read.
template <typename T>
base::Result<T> understood(base::Result<T> parsed) {
  if (parsed || parsed.error().code != base::Code::kMalformed) return parsed;
  return base::Error{
      base::Code::kMalformed, "the relay's answer is out of form: " + parsed.error().text,
      "something else may answer at its address, or the relay is of another version"};
}

base::Error short_blob() {
  return {base::Code::kMalformed, "the relay's answer is shorter than the range asked for", ""};
}

}  // namespace

base::Result<wire::RelayInfo> RelayClient::relay_info() {
  TRY(const base::Bytes body, get("relay"));
  return understood(wire::parse_relay_info(body));
}

base::Result<wire::TrustEntries> RelayClient::trust_since(std::uint64_t from) {
  TRY(const base::Bytes body, get("trust?from=" + number(from)));
  return understood(wire::parse_trust_entries(body));
}

base::Result<void> RelayClient::append_trust(const wire::TrustEntries& entries) {
  TRY(post("trust", wire::to_cbor(entries)));
  return {};
}

base::Result<void> RelayClient::enrol(const wire::Enrolment& enrolment) {
  TRY(post("enrol", wire::to_cbor(enrolment)));
  return {};
}

base::Result<void> RelayClient::publish_prekeys(const wire::PrekeyBatch& batch) {
  TRY(post("prekeys", wire::to_cbor(batch)));
  return {};
}

base::Result<wire::PrekeyStock> RelayClient::prekey_stock() {
  TRY(const base::Bytes body, get("prekeys"));
  return understood(wire::parse_prekey_stock(body));
}

base::Result<wire::ClaimedPrekeys> RelayClient::claim_prekeys(
    const std::vector<std::string>& devices) {
  const wire::PrekeyClaim claim{text::uuid_v7(now(), seams_.random), devices};
  TRY(const base::Bytes body, post("prekeys/claim", wire::to_cbor(claim)));
  return understood(wire::parse_claimed_prekeys(body));
}

base::Result<wire::MfaState> RelayClient::mfa_state() {
  TRY(const base::Bytes body, get("mfa"));
  return understood(wire::parse_mfa_state(body));
}

base::Result<wire::MfaSecret> RelayClient::mfa_enrol() {
  TRY(const base::Bytes body, post("mfa/enrol", {}));
  return understood(wire::parse_mfa_secret(body));
}

base::Result<wire::MfaProven> RelayClient::mfa_verify(const wire::MfaCode& code) {
  TRY(const base::Bytes body, post("mfa/verify", wire::to_cbor(code)));
  return understood(wire::parse_mfa_proven(body));
}

base::Result<void> RelayClient::mfa_reset(const wire::MfaMember& member) {
  TRY(post("mfa/reset", wire::to_cbor(member)));
  return {};
}

base::Result<wire::SubmissionResults> RelayClient::submit(const wire::Submissions& submissions) {
  TRY(const base::Bytes body, post("messages", wire::to_cbor(submissions)));
  return understood(wire::parse_submission_results(body));
}

base::Result<wire::EnvelopeResult> RelayClient::add_envelope(std::string_view message,
                                                             const wire::Envelope& envelope) {
  TRY(const base::Bytes body,
      post("messages/" + base::percent_encode(message) + "/envelopes", wire::to_cbor(envelope)));
  return understood(wire::parse_envelope_result(body));
}

base::Result<wire::Inbox> RelayClient::inbox(std::uint64_t after, std::size_t limit,
                                             std::chrono::seconds wait,
                                             std::optional<std::uint64_t> receipts,
                                             std::uint64_t recalls) {
  std::string path = "inbox?" + page(after, limit);
  if (wait.count() > 0) path += "&wait=" + std::to_string(wait.count());
  if (receipts) path += "&receipts=" + number(*receipts);
  if (recalls > 0) path += "&recalls=" + number(recalls);
  TRY(const base::Bytes body, get(path, wait));
  return understood(wire::parse_inbox(body));
}

base::Result<wire::RecallTaken> RelayClient::post_recall(const std::string& recall) {
  TRY(const base::Bytes body, post("recalls", wire::to_cbor(wire::RecallPosting{recall})));
  return understood(wire::parse_recall_taken(body));
}

base::Result<wire::RecallSubject> RelayClient::recall_subject(std::string_view message,
                                                              std::string_view from) {
  std::string path = "recalls/" + base::percent_encode(message);
  if (!from.empty()) path += "?from=" + base::percent_encode(from);
  TRY(const base::Bytes body, get(path));
  return understood(wire::parse_recall_subject(body));
}

base::Result<wire::EvidenceList> RelayClient::recall_evidence(std::string_view message,
                                                              std::string_view from) {
  TRY(const base::Bytes body, get("recalls/" + base::percent_encode(message) +
                                  "/evidence?from=" + base::percent_encode(from)));
  return understood(wire::parse_evidence_list(body));
}

base::Result<wire::ReceiptBatchResult> RelayClient::acknowledge(
    const std::vector<std::string>& receipts) {
  TRY(const base::Bytes body,
      post("inbox/acknowledge", wire::to_cbor(wire::ReceiptBatch{receipts})));
  return understood(wire::parse_receipt_batch_result(body));
}

base::Result<wire::ReceiptBatchResult> RelayClient::post_receipts(
    const std::vector<std::string>& receipts) {
  TRY(const base::Bytes body, post("receipts", wire::to_cbor(wire::ReceiptBatch{receipts})));
  return understood(wire::parse_receipt_batch_result(body));
}

base::Result<wire::EvidenceList> RelayClient::receipts_after(std::uint64_t after,
                                                             std::size_t limit) {
  TRY(const base::Bytes body, get("receipts?" + page(after, limit)));
  return understood(wire::parse_evidence_list(body));
}

base::Result<wire::EvidenceList> RelayClient::evidence(std::string_view message,
                                                       std::string_view from_device) {
  TRY(const base::Bytes body, get("messages/" + base::percent_encode(message) +
                                  "/evidence?from=" + base::percent_encode(from_device)));
  return understood(wire::parse_evidence_list(body));
}

base::Result<wire::EvidenceList> RelayClient::trust_evidence(
    const std::vector<std::uint64_t>& numbers) {
  std::string list;
  for (const std::uint64_t entry : numbers) list += (list.empty() ? "" : ",") + number(entry);
  TRY(const base::Bytes body, get("trust/evidence?entries=" + list));
  return understood(wire::parse_evidence_list(body));
}

base::Result<wire::ContactReplies> RelayClient::contact_replies(std::uint64_t after,
                                                                std::size_t limit) {
  TRY(const base::Bytes body, get("replies?after=" + number(after) + "&limit=" + number(limit)));
  return understood(wire::parse_contact_replies(body));
}

base::Result<void> RelayClient::acknowledge_replies(const std::vector<std::string>& ids) {
  TRY(post("replies/acknowledge", wire::to_cbor(wire::RepliesStored{ids})));
  return {};
}

base::Result<wire::Stops> RelayClient::stops_after(std::uint64_t after, std::size_t limit) {
  TRY(const base::Bytes body, get("stops?after=" + number(after) + "&limit=" + number(limit)));
  return understood(wire::parse_stops(body));
}

base::Result<void> RelayClient::stops_recorded(const std::vector<std::uint64_t>& numbers) {
  TRY(post("stops/recorded", wire::to_cbor(wire::StopsRecorded{numbers})));
  return {};
}

base::Result<void> RelayClient::lift_stop(const wire::StopLift& lift) {
  TRY(post("stops/lift", wire::to_cbor(lift)));
  return {};
}

base::Result<void> RelayClient::announce_export(wire::Export exported) {
  exported.id = text::uuid_v7(now(), seams_.random);
  TRY(post("exports", wire::to_cbor(exported)));
  return {};
}

base::Result<void> RelayClient::post_journal(const wire::JournalBatch& batch) {
  TRY(post("journal", wire::to_cbor(batch)));
  return {};
}

base::Result<void> RelayClient::post_order(const std::string& order) {
  TRY(post("orders", wire::to_cbor(wire::OrderPosting{order})));
  return {};
}

base::Result<wire::StandingOrder> RelayClient::standing_order(const crypto::Digest& key,
                                                              const RetryBudget& budget) {
  TRY(const base::Bytes body, get("orders/" + base::to_hex(key), {}, budget));
  return understood(wire::parse_standing_order(body));
}

base::Result<void> RelayClient::answer_order(const wire::WipeAnswer& answer,
                                             const RetryBudget& budget) {
  TRY(post("orders/answer", wire::to_cbor(answer), budget));
  return {};
}

base::Result<wire::OrderState> RelayClient::order_state(std::string_view device) {
  TRY(const base::Bytes body, get("orders?device=" + base::percent_encode(device)));
  return understood(wire::parse_order_state(body));
}

base::Result<wire::RegisterState> RelayClient::register_state(std::string_view stream) {
  TRY(const base::Bytes body, get(register_path(stream)));
  return understood(wire::parse_register_state(body));
}

base::Result<wire::RegisterEntries> RelayClient::register_entries(std::string_view stream,
                                                                  std::uint64_t after,
                                                                  std::size_t limit) {
  TRY(const base::Bytes body, get(register_path(stream, "/entries?" + page(after, limit))));
  return understood(wire::parse_register_entries(body));
}

base::Result<wire::RegisterAppended> RelayClient::append_register(
    std::string_view stream, const wire::RegisterAppend& entry) {
  TRY(const base::Bytes body, post(register_path(stream, "/entries"), wire::to_cbor(entry)));
  return understood(wire::parse_register_appended(body));
}

base::Result<void> RelayClient::grant_register(std::string_view stream,
                                               const wire::RegisterGrants& grants) {
  TRY(post(register_path(stream, "/grants"), wire::to_cbor(grants)));
  return {};
}

base::Result<wire::RegisterGrant> RelayClient::register_grant(std::string_view stream) {
  TRY(const base::Bytes body, get(register_path(stream, "/grant")));
  return understood(wire::parse_register_grant(body));
}

base::Result<void> RelayClient::miss_register_grant(std::string_view stream) {
  TRY(post(register_path(stream, "/grant/missed"), {}));
  return {};
}

base::Result<void> RelayClient::record_decisions(wire::ConsentDecisions decisions) {
  decisions.id = text::uuid_v7(now(), seams_.random);
  TRY(post("decisions", wire::to_cbor(decisions)));
  return {};
}

base::Result<wire::BlobState> RelayClient::reserve_blob(const wire::BlobReservation& reservation) {
  TRY(const base::Bytes body, post("blobs", wire::to_cbor(reservation), kTransferBudget));
  return understood(wire::parse_blob_state(body));
}

base::Result<void> RelayClient::put_part(std::string_view blob, std::uint64_t part,
                                         base::ByteView bytes, Pacer& pacer,
                                         const std::function<void(std::uint64_t)>& sent) {
  UploadWatch watch(pacer, sent);
  Request asked = request("PUT", blob_path(blob, "/parts/" + number(part)));
  asked.headers.emplace_back("Content-Type", "application/octet-stream");
  asked.body = bytes;
  asked.watch = &watch;
  asked.piece = pacer.piece();
  TRY(exchange(asked, kTransferBudget, [&] { return watch.alive(); }));
  return {};
}

base::Result<void> RelayClient::complete_blob(std::string_view blob,
                                              const wire::BlobCompletion& completion) {
  TRY(post(blob_path(blob, "/complete"), wire::to_cbor(completion), kTransferBudget));
  return {};
}

base::Result<wire::BlobCompletion> RelayClient::blob_leaves(std::string_view blob) {
  TRY(const base::Bytes body, get(blob_path(blob, "/leaves"), {}, kTransferBudget));
  return understood(wire::parse_blob_completion(body));
}

base::Result<void> RelayClient::fetch_blob(std::string_view blob, std::uint64_t from,
                                           std::uint64_t count, base::ByteSink& sink,
                                           Pacer& pacer) {
  CountingSink counted(sink, pacer);
  base::Retry retry(seams_.clock, seams_.interrupt, kTransferBudget);
  std::uint64_t alive = 0;
  while (counted.count() < count) {
    const std::uint64_t before = counted.count();
    Request asked = request("GET", blob_path(blob));
    asked.headers.emplace_back("Range",
                               "bytes=" + number(from + before) + "-" + number(from + count - 1));
    asked.piece = pacer.piece();
    asked.sink = &counted;
    asked.max_streamed = count - before;
    Verdict verdict = judge(attempt(asked));
    if (verdict.fine) return counted.count() == count ? base::Result<void>() : short_blob();
    if (counted.count() >= alive + kSignOfLife) {
      alive = counted.count();
      retry.reset();
    }
    if (!verdict.repeatable || !retry.again(verdict.retry_after))
      return stopped_or(std::move(verdict.error));
  }
  return {};
}

base::Result<std::string> RelayClient::checkpoint() {
  TRY(const base::Bytes body, get("audit/checkpoint"));
  return std::string(base::as_text(body));
}

base::Result<std::string> RelayClient::cosigned_checkpoint() {
  TRY(const base::Bytes body, get("audit/cosigned"));
  return std::string(base::as_text(body));
}

base::Result<std::uint64_t> RelayClient::log_floor() {
  TRY(const base::Bytes body, get("audit/floor"));
  std::string_view text = base::as_text(body);
  if (text.ends_with('\n')) text.remove_suffix(1);
  return base::parse_decimal(text);
}

base::Result<base::Bytes> RelayClient::tile(const merkle::TileId& tile) {
  return get("audit/" + merkle::tile_path(tile));
}

base::Result<void> RelayClient::record_export(const wire::AuditExport& exported) {
  TRY(post("audit/exports", wire::to_cbor(exported)));
  return {};
}

base::Result<void> RelayClient::record_review(const wire::AuditReview& review) {
  TRY(post("audit/reviews", wire::to_cbor(review)));
  return {};
}

base::Result<wire::AuditEntries> RelayClient::audit_events(const audit::Filter& filter,
                                                           std::size_t limit, std::string_view id) {
  std::string query = audit::to_query(filter);
  if (!query.empty()) query += '&';
  query += "limit=" + number(limit) + "&id=" + std::string(id);
  TRY(const base::Bytes body, get("audit/events?" + query));
  return understood(wire::parse_audit_entries(body));
}

}  // namespace sealpost::client
