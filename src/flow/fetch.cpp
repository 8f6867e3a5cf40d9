#include "flow/fetch.hpp"

#include <fmt/format.h>

#include "flow/mailbox.hpp"
#include "flow/outgoing.hpp"
#include "flow/prekeys.hpp"
#include "flow/visit.hpp"
#include "message/sealed.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kPage = 64;
constexpr int kMaxPages = 100000;

base::Error refuse(std::string why) {
  return {base::Code::kVerificationFailed, std::move(why), ""};
}

// The sender's certified key, also of one that was revoked after it sent: the relay refused it from
// then on, and an accepted receipt says that it did not.
base::Result<const trust::Device*> sender_of(Installation& installation, client::RelayClient& relay,
                                             const std::string& from) {
  if (installation.chain().device(from) == nullptr) TRY(sync_trust(installation, relay));
  const trust::Device* sender = installation.chain().device(from);
  if (sender == nullptr) return refuse("its sender is not in the trust chain");
  return sender;
}

base::Result<message::OpenedMessage> open_delivery(Installation& installation,
                                                   const wire::Delivery& delivery) {
  TRY(const age::X25519Identity identity, find_prekey(installation.vault(), delivery.prekey));
  return message::open(delivery.header, delivery.payload, identity);
}

base::Result<void> check_delivery(Installation& installation, client::RelayClient& relay,
                                  const wire::Delivery& delivery,
                                  const message::OpenedMessage& opened, Context& context) {
  const message::Header& header = opened.header;
  if (header.id != delivery.id || header.from != delivery.from) {
    return refuse("the relay gives it another id or sender than the sender signed");
  }
  TRY(const trust::Device* sender, sender_of(installation, relay, header.from));
  TRY(message::verify(opened, sender->certificate.key, installation.user_name(),
                      context.clock.now()));
  TRY(const policy::Policy policy, installation.policy());
  if (!policy::check_purpose(policy, header.purpose, trust::role_name(sender->certificate.role))) {
    return refuse(fmt::format("its sender may not send for the purpose {}", header.purpose));
  }
  return check_accepted(installation, delivery.receipt, header.id, header.from,
                        opened.message_sha256);
}

MessageRecord record_of(message::OpenedMessage opened, const wire::Delivery& delivery,
                        base::Time now) {
  MessageRecord record;
  record.direction = Direction::kReceived;
  record.id = opened.header.id;
  record.from = opened.header.from;
  record.header_note = std::move(opened.header_note);
  record.body = std::move(opened.body);
  record.message_sha256 = opened.message_sha256;
  record.unread = true;
  record.stored = now;
  record.receipt = delivery.receipt;
  return record;
}

base::Result<void> store(Installation& installation, MessageRecord record, base::Time now) {
  vault::Vault& vault = installation.vault();
  return vault.transaction([&]() -> base::Result<void> {
    TRY(record.number, take_number(vault));
    TRY(queue_receipt(installation,
                      {record.id, record.from, record.message_sha256, receipt::State::kDelivered},
                      now));
    return store_message(vault, record, {record.number, record.message_sha256, {}});
  });
}

// What the relay's own receipt says this delivery is, for telling the sender that it did not open.
base::Result<void> queue_refusal(Installation& installation, const wire::Delivery& delivery,
                                 base::Time now) {
  TRY(const note::Note signed_note, note::parse(delivery.receipt));
  TRY(const receipt::Receipt accepted, receipt::parse(signed_note.text));
  return queue_receipt(
      installation,
      {delivery.id, delivery.from, accepted.message_sha256, receipt::State::kUndecryptable}, now);
}

// Whether an error says something about the message, and not about the network, the disk or time.
bool about_message(base::Code code) {
  return code == base::Code::kVerificationFailed || code == base::Code::kMalformed ||
         code == base::Code::kNotFound || code == base::Code::kDenied;
}

struct Judged {
  std::optional<message::OpenedMessage> message;
  std::string refusal;  // empty when the message is good
};

// Errors are those that stop the run; a message that is itself wrong is a refusal.
base::Result<Judged> judge(Installation& installation, client::RelayClient& relay,
                           const wire::Delivery& delivery, Context& context) {
  auto opened = open_delivery(installation, delivery);
  const auto checked = opened ? check_delivery(installation, relay, delivery, *opened, context)
                              : base::Result<void>(opened.error());
  if (!checked && !about_message(checked.error().code)) return checked.error();
  if (!checked) return Judged{{}, checked.error().text};
  TRY(std::string disagreement,
      compare_views(installation, relay, opened->header.log, opened->header.trust));
  if (!disagreement.empty()) return Judged{{}, std::move(disagreement)};
  return Judged{*std::move(opened), ""};
}

base::Result<void> take_in(Installation& installation, client::RelayClient& relay,
                           const wire::Delivery& delivery, Fetched& fetched, Context& context) {
  const base::Time now = context.clock.now();
  TRY(const std::optional<SeenRecord> seen,
      find_seen(installation.vault(), delivery.from, delivery.id));
  TRY(Judged judged, judge(installation, relay, delivery, context));
  if (seen && judged.message && seen->message_sha256 != judged.message->message_sha256) {
    judged.refusal = "another message with the same id and sender was received before";
  }
  if (!judged.refusal.empty()) {
    fetched.rejected.push_back({delivery.id, delivery.from, judged.refusal});
    return queue_refusal(installation, delivery, now);
  }
  if (seen) {  // stored by an earlier run that could not acknowledge
    return queue_receipt(
        installation,
        {delivery.id, delivery.from, seen->message_sha256, receipt::State::kDelivered}, now);
  }
  ++fetched.stored;
  return store(installation, record_of(*std::move(judged.message), delivery, now), now);
}

}  // namespace

base::Result<Fetched> fetch(Installation& installation, std::chrono::seconds wait,
                            Context& context) {
  TRY(client::RelayClient relay, visit(installation, context));
  Fetched fetched;
  std::uint64_t cursor = 0;
  for (int page = 0; page < kMaxPages && !context.interrupt.requested(); ++page) {
    TRY(const wire::Inbox inbox,
        relay.inbox(cursor, kPage, page == 0 ? wait : std::chrono::seconds{}));
    for (const wire::Delivery& delivery : inbox.deliveries) {
      if (delivery.cursor <= cursor) return refuse("the relay's inbox goes backwards");
      cursor = delivery.cursor;
      TRY(take_in(installation, relay, delivery, fetched, context));
    }
    TRY(flush_receipts(installation, relay));
    if (!inbox.more) break;
  }
  return fetched;
}

}  // namespace sealpost::flow
