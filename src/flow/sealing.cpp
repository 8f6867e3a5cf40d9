#include "flow/sealing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/addressees.hpp"
#include "flow/agreements.hpp"
#include "flow/drafts.hpp"
#include "flow/file_keys.hpp"
#include "flow/link_sealing.hpp"
#include "text/safety.hpp"

namespace sealpost::flow {
namespace {

base::Error usage(std::string text, std::string hint = "") {
  return {base::Code::kUsage, std::move(text), std::move(hint)};
}

base::Result<void> check_texts(const SendRequest& request, const policy::Policy& policy) {
  const std::uint64_t most = policy::max_body_for(policy, request.purpose);
  if (request.body.size() > most) {
    return usage(fmt::format("a message's text for the purpose {} is at most {} bytes",
                             request.purpose, most),
                 "send it as a file with --file");
  }
  if (request.body.empty() && request.files.empty()) {
    return usage("there is nothing to send", "give a text or --file");
  }
  if (!request.subject) return {};
  if (!text::is_plain(*request.subject)) {
    return usage("a subject is one line without control characters",
                 "put the rest into the text of the message");
  }
  if (request.subject->size() > message::kMaxSubject) {
    return usage(fmt::format("a subject is at most {} bytes", message::kMaxSubject),
                 "put the rest into the text of the message");
  }
  return {};
}

base::Result<void> check_files(const SendRequest& request) {
  if (request.files.size() > message::kMaxAttachments) {
    return usage(fmt::format("a message has at most {} files", message::kMaxAttachments));
  }
  for (const OutgoingFile& file : request.files) {
    const std::string& name = file.name;
    if (name.empty() || name.size() > message::kMaxLabel || !text::is_plain(name)) {
      return usage("a file cannot be sent under the name \"" + text::for_terminal(name) + "\"",
                   "a name has at most 255 bytes, in UTF-8, without control characters");
    }
  }
  return {};
}

std::vector<RecipientRecord> initial_recipients(const Targets& targets) {
  std::vector<RecipientRecord> records;
  for (const Target& target : targets.reachable) {
    records.push_back({target.user, target.device, "accepted", target.last_resort});
  }
  records.insert(records.end(), targets.unreachable.begin(), targets.unreachable.end());
  return records;
}

FileKeyRecord file_key_of(const message::Header& header, const message::SealedMessage& sealed,
                          const Targets& targets) {
  FileKeyRecord record{crypto::SecretBytes(sealed.file_key.expose()), header.expires, {}};
  for (const Target& target : targets.reachable) {
    record.devices.push_back({target.device, target.prekey, 0, false});
  }
  return record;
}

base::Result<Targets> reachable_targets(Installation& installation, const SendRequest& request,
                                        client::RelayClient& relay, Context& context,
                                        const Targets& have = {}) {
  TRY(const std::vector<std::string> users,
      expand_addressees(installation, relay, request.to, context));
  TRY(Targets targets, find_targets(installation, relay, users, context.clock.now(), have));
  TRY(check_reach(targets, request.partial));
  return targets;
}

}  // namespace

base::Result<message::Header> begin_header(const Installation& installation,
                                           const SendRequest& request, const std::string& id,
                                           base::Time now) {
  TRY(const policy::Policy policy, installation.policy());
  message::Header header;
  header.id = id;
  header.from = installation.signer().name();
  header.sent = now;
  header.expires =
      request.expires.value_or(now + policy::default_expiry_for(policy, request.purpose));
  header.purpose = request.purpose;
  header.subject = request.subject;
  header.content_type = "text/plain; charset=utf-8";
  header.log = installation.log_view();
  header.trust = installation.chain().view();
  return header;
}

Outgoing begin_outgoing(const Installation& installation, const SendRequest& request,
                        const message::Header& header, const message::SealedMessage& sealed,
                        const std::vector<crypto::Digest>& file_digests) {
  Outgoing out;
  const crypto::Digest tag =
      content_tag(installation, request, file_digests, sealed.message_sha256);
  wire::Submission& submission = out.submission;
  submission.id = header.id;
  submission.tag = base::to_bytes(tag);
  submission.purpose = header.purpose;
  submission.message_sha256 = sealed.message_sha256;
  submission.expires = header.expires;
  submission.payload = sealed.payload;
  for (const message::Attachment& attachment : header.attachments) {
    submission.blobs.push_back(attachment.blob);
  }
  MessageRecord& record = out.record;
  record.direction = Direction::kSent;
  record.id = header.id;
  record.from = header.from;
  record.header_note = sealed.header_note;
  record.body = request.body.clone();
  record.message_sha256 = sealed.message_sha256;
  record.confirmed = false;
  record.stored = header.sent;
  return out;
}

base::Result<void> check_reach(const Targets& targets, bool partial) {
  const bool enough = !targets.reachable.empty() && (targets.unreachable.empty() || partial);
  if (enough) return {};
  base::Error error = unreachable_error(targets.unreachable);
  error.hint = targets.reachable.empty() ? "nothing was sent; see `sealpost member list`"
                                         : "nothing was sent; --partial sends to the others";
  return error;
}

base::Result<SealWork> seal_for_devices(const Installation& installation,
                                        const SendRequest& request, const std::string& id,
                                        Targets targets, Uploaded uploaded, base::Time now) {
  TRY(message::Header header, begin_header(installation, request, id, now));
  for (const Target& target : targets.reachable) {
    const std::string user = installation.full_user(target.user);
    if (header.to.empty() || header.to.back() != user) header.to.push_back(user);
  }
  header.attachments = std::move(uploaded.attachments);
  return SealWork([&installation, &request, header = std::move(header),
                   targets = std::move(targets), digests = std::move(uploaded.digests)](
                      base::Random& random) -> base::Result<Outgoing> {
    std::vector<age::X25519Recipient> recipients;
    for (const Target& target : targets.reachable) recipients.push_back(target.recipient);
    TRY(const message::SealedMessage sealed,
        message::seal(header, request.body.expose(), installation.signer(), recipients, random));
    Outgoing out = begin_outgoing(installation, request, header, sealed, digests);
    for (std::size_t i = 0; i < targets.reachable.size(); ++i) {
      const Target& target = targets.reachable[i];
      out.submission.envelopes.push_back({target.device, target.prekey, sealed.headers[i]});
    }
    out.submission.partial = request.partial;
    out.record.recipients = initial_recipients(targets);
    out.file_key = file_key_of(header, sealed, targets);
    return out;
  });
}

base::Result<void> check_request(const Installation& installation, const SendRequest& request,
                                 base::Time now) {
  TRY(const trust::Device* self, installation.self(now));
  TRY(const policy::Policy policy, installation.policy());
  TRY(policy::check_purpose(policy, request.purpose, trust::role_name(self->role)));
  if (!trust::allowed(self->role, trust::Operation::kSend)) {
    return base::Error{base::Code::kDenied,
                       fmt::format("the role {} may not send", trust::role_name(self->role)), ""};
  }
  const auto& own = self->purposes;
  const bool bound = self->role == trust::Role::kService;
  if (bound && std::find(own.begin(), own.end(), request.purpose) == own.end()) {
    return base::Error{base::Code::kDenied,
                       fmt::format("this service may not send for the purpose {}", request.purpose),
                       "see its purposes with `sealpost device show`"};
  }
  TRY(check_texts(request, policy));
  TRY(check_files(request));
  TRY(check_link_wish(request));
  if (request.expires && *request.expires <= now) {
    return usage("the message would have expired by now", "choose a later --expires");
  }
  if (request.expires && *request.expires > now + policy::max_expiry_for(policy, request.purpose)) {
    return usage("the organisation's policy does not let messages for this purpose live so long",
                 "choose an earlier --expires");
  }
  return {};
}

base::Result<void> seal_and_keep(Installation& installation, const SendRequest& request,
                                 const std::string& id, client::RelayClient& relay,
                                 Context& context, TransferProgress& progress) {
  TRY(check_relay_agreement(installation, relay, context));
  if (contact_in(request)) {
    return seal_link_and_keep(installation, request, id, relay, context, progress);
  }
  TRY(Targets targets, reachable_targets(installation, request, relay, context));
  TRY(Uploaded uploaded, upload_files(installation, request, id, relay, context, progress));
  if (!request.files.empty()) {  // which may have taken hours: who receives now?
    TRY(sync_trust(installation, relay));
    TRY(targets, reachable_targets(installation, request, relay, context, targets));
  }
  TRY(const SealWork work, seal_for_devices(installation, request, id, std::move(targets),
                                            std::move(uploaded), context.clock.now()));
  std::vector<Outgoing> sealed;
  TRY(sealed.emplace_back(), work(context.random));
  TRY(keep_outgoing(installation, std::move(sealed)));
  return {};
}

}  // namespace sealpost::flow
