#include "flow/send.hpp"

#include <fmt/format.h>

#include "flow/mailbox.hpp"
#include "flow/outgoing.hpp"
#include "flow/recipients.hpp"
#include "flow/visit.hpp"
#include "message/sealed.hpp"
#include "text/safety.hpp"
#include "text/uuid.hpp"

namespace sealpost::flow {
namespace {

base::Result<void> check_request(const Installation& installation, const SendRequest& request,
                                 base::Time now) {
  TRY(const trust::Device* self, installation.self(now));
  TRY(const policy::Policy policy, installation.policy());
  TRY(policy::check_purpose(policy, request.purpose, trust::role_name(self->certificate.role)));
  if (!trust::allowed(self->certificate.role, trust::Operation::kSend)) {
    return base::Error{
        base::Code::kDenied,
        fmt::format("the role {} may not send", trust::role_name(self->certificate.role)), ""};
  }
  if (request.body.size() > policy.max_body) {
    return base::Error{base::Code::kUsage,
                       fmt::format("a message's text is at most {} bytes", policy.max_body),
                       "send it as a file with --file"};
  }
  if (request.body.empty() && request.files.empty()) {
    return base::Error{base::Code::kUsage, "there is nothing to send", "give a text or --file"};
  }
  if (request.subject && !text::is_plain(*request.subject)) {
    return base::Error{base::Code::kUsage, "a subject is one line without control characters", ""};
  }
  if (request.expires && *request.expires > now + policy.max_expiry) {
    return base::Error{base::Code::kUsage,
                       "the organisation's policy does not let messages live so long",
                       "choose an earlier --expires"};
  }
  return {};
}

std::string message_id(const Installation& installation, const SendRequest& request,
                       Context& context) {
  if (!request.key) return text::uuid_v7(context.clock.now(), context.random);
  const crypto::Digest key = installation.vault().derive("sealpost/v1/message-id");
  return text::uuid_v8(crypto::hmac_sha256(key, base::as_bytes(*request.key)));
}

base::Result<message::Header> make_header(const Installation& installation,
                                          const SendRequest& request, const Targets& targets,
                                          const std::string& id, base::Time now) {
  TRY(const policy::Policy policy, installation.policy());
  message::Header header;
  header.id = id;
  header.from = installation.signer().name();
  for (const Target& target : targets.reachable) {
    const std::string user = installation.full_user(target.user);
    if (header.to.empty() || header.to.back() != user) header.to.push_back(user);
  }
  header.sent = now;
  header.expires = request.expires.value_or(now + policy.default_expiry);
  header.purpose = request.purpose;
  header.subject = request.subject;
  header.content_type = "text/plain; charset=utf-8";
  header.log = installation.log_view();
  header.trust = installation.chain().view();
  return header;
}

base::Result<wire::Submission> make_submission(const message::Header& header,
                                               const message::SealedMessage& sealed,
                                               const Targets& targets, const SendRequest& request,
                                               base::ByteView tag) {
  wire::Submission submission;
  submission.id = header.id;
  submission.tag = base::to_bytes(tag);
  submission.purpose = header.purpose;
  submission.message_sha256 = sealed.message_sha256;
  submission.expires = header.expires;
  for (std::size_t i = 0; i < targets.reachable.size(); ++i) {
    const Target& target = targets.reachable[i];
    submission.envelopes.push_back({target.device, target.prekey, sealed.headers[i]});
  }
  submission.payload = sealed.payload;
  for (const message::Attachment& attachment : header.attachments) {
    submission.blobs.push_back(attachment.blob);
  }
  submission.partial = request.partial;
  return submission;
}

std::vector<RecipientRecord> initial_recipients(const Targets& targets) {
  std::vector<RecipientRecord> records;
  for (const Target& target : targets.reachable) {
    records.push_back({target.user, target.device, "accepted"});
  }
  records.insert(records.end(), targets.unreachable.begin(), targets.unreachable.end());
  return records;
}

// Seals a new message and puts it into the vault, ready to be submitted.
base::Result<void> prepare(Installation& installation, const SendRequest& request,
                           const std::string& id, client::RelayClient& relay, Context& context,
                           TransferProgress& progress) {
  const base::Time now = context.clock.now();
  TRY(const Targets targets, find_targets(installation, relay, request.to, now));
  const bool enough =
      !targets.reachable.empty() && (targets.unreachable.empty() || request.partial);
  if (!enough) return unreachable_error(targets.unreachable);
  TRY(message::Header header, make_header(installation, request, targets, id, now));
  TRY(Uploaded uploaded, upload_files(installation, request, relay, context, progress));
  header.attachments = std::move(uploaded.attachments);
  std::vector<age::X25519Recipient> recipients;
  for (const Target& target : targets.reachable) recipients.push_back(target.recipient);
  TRY(const message::SealedMessage sealed,
      message::seal(header, request.body.expose(), installation.signer(), recipients,
                    context.random));
  const crypto::Digest tag =
      content_tag(installation, request, uploaded.digests, sealed.message_sha256);
  TRY(const wire::Submission submission, make_submission(header, sealed, targets, request, tag));
  MessageRecord record;
  record.direction = Direction::kSent;
  record.id = id;
  record.from = header.from;
  record.header_note = sealed.header_note;
  record.body = request.body.clone();
  record.message_sha256 = sealed.message_sha256;
  record.confirmed = false;
  record.stored = now;
  record.recipients = initial_recipients(targets);
  return keep_outgoing(installation, std::move(record), submission);
}

Sent result_of(const MessageRecord& record, bool duplicate) {
  Sent sent{record.id, duplicate, {}, true};
  for (const RecipientRecord& recipient : record.recipients) {
    sent.complete = sent.complete && recipient.state == "accepted";
    sent.recipients.push_back(recipient);
  }
  return sent;
}

}  // namespace

base::Result<Sent> send(Installation& installation, const SendRequest& request, Context& context,
                        TransferProgress& progress) {
  TRY(client::RelayClient relay, visit(installation, context));
  TRY(check_request(installation, request, context.clock.now()));
  const std::string id = message_id(installation, request, context);
  TRY(const std::optional<SeenRecord> seen,
      find_seen(installation.vault(), Direction::kSent, installation.signer().name(), id));
  if (seen) {
    TRY(check_same_content(installation, request, *seen));
    TRY(const Listed earlier,
        find_message(installation.vault(), fmt::format("{}", seen->number), Direction::kSent));
    if (earlier.record.confirmed) return result_of(earlier.record, true);
  } else {
    TRY(prepare(installation, request, id, relay, context, progress));
  }
  TRY(const Confirmed confirmed, submit_outgoing(installation, id, relay));
  return result_of(confirmed.record, confirmed.duplicate);
}

}  // namespace sealpost::flow
