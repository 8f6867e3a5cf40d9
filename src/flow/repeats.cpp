#include "flow/repeats.hpp"

#include <fmt/format.h>

#include "flow/link_records.hpp"
#include "flow/mailbox.hpp"
#include "flow/outgoing.hpp"
#include "text/uuid.hpp"

namespace sealpost::flow {

std::string message_id(const Installation& installation, const SendRequest& request,
                       Context& context) {
  if (!request.key) return text::uuid_v7(context.clock.now(), context.random);
  const crypto::Digest key = installation.vault().derive("sealpost/v1/message-id");
  return text::uuid_v8(crypto::hmac_sha256(key, base::as_bytes(*request.key)));
}

base::Result<std::optional<Sent>> sent_before(const Installation& installation,
                                              const SendRequest& request, const std::string& id) {
  TRY(const std::optional<SeenRecord> seen,
      find_seen(installation.vault(), Direction::kSent, installation.signer().name(), id));
  if (!seen) return std::optional<Sent>();
  TRY(check_same_content(installation, request, *seen));
  TRY(const Listed earlier,
      find_message(installation.vault(), fmt::format("{}", seen->number), Direction::kSent));
  if (!earlier.record.confirmed) return std::optional<Sent>();
  return std::optional(sent_of(earlier.record, true));
}

base::Result<Sent> with_link(const vault::Vault& vault, Sent sent) {
  TRY(std::optional<LinkRecord> link, find_link(vault, sent.id));
  if (!link) return sent;
  sent.link = LinkMade{std::move(link->address), link->channel, link->passcode, link->expires,
                       std::move(link->notice)};
  return sent;
}

Sent sent_of(const MessageRecord& record, bool duplicate) {
  Sent sent{record.id, duplicate, record.adopted, {}, true, {}};
  for (const RecipientRecord& recipient : record.recipients) {
    sent.complete = sent.complete && recipient.state == "accepted";
    sent.recipients.push_back(recipient);
  }
  return sent;
}

}  // namespace sealpost::flow
