#include "flow/fetch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/erasure.hpp"
#include "flow/mailbox.hpp"
#include "flow/outgoing.hpp"
#include "flow/prekeys.hpp"
#include "flow/recalls.hpp"
#include "flow/register_keys.hpp"
#include "flow/replies.hpp"
#include "flow/reply_words.hpp"
#include "flow/stops.hpp"
#include "flow/visit.hpp"
#include "message/sealed.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kPage = 64;
constexpr int kMaxPages = 100000;

base::Error refuse(std::string why) {
  return {base::Code::kVerificationFailed, std::move(why), ""};
}

base::Result<receipt::Receipt> receipt_in(std::string_view statement) {
  TRY(const note::Note signed_note, note::parse(statement));
  return receipt::parse(signed_note.text);
}

// Everything about the message itself, without the network: an error here is the message's.
base::Result<void> check_delivery(const Installation& installation, const wire::Delivery& delivery,
                                  const message::OpenedMessage& opened, base::Time now) {
  const message::Header& header = opened.header;
  if (header.id != delivery.id || header.from != delivery.from) {
    return refuse("the relay gives it another id or sender than the sender signed");
  }
  // Also of one that was revoked after it sent.
  const trust::Device* sender = installation.chain().device(header.from);
  if (sender == nullptr) return refuse("its sender is not in the trust chain");
  TRY(const note::Note header_note, note::parse(opened.header_note));
  const note::Verifier* key = trust::key_that_signed(*sender, header_note);
  TRY(message::verify(opened, key != nullptr ? *key : sender->certificate.key,
                      installation.user_name(), now));
  return check_accepted(installation, delivery.receipt,
                        {header.id, header.from, header.purpose, opened.message_sha256});
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

// With the message in the vault the one-time prekey it was sealed for goes. Returns false when
// another process of this profile has stored it meanwhile.
base::Result<bool> store(Installation& installation, MessageRecord record,
                         const std::string& prekey, base::Time now) {
  vault::Vault& vault = installation.vault();
  bool stored = false;
  TRY(vault.transaction([&]() -> base::Result<void> {
    TRY(queue_receipt(installation,
                      {record.id, record.from, record.message_sha256, receipt::State::kDelivered},
                      now));
    TRY(destroy_once(vault, prekey));
    TRY(const std::optional<SeenRecord> seen,
        find_seen(vault, Direction::kReceived, record.from, record.id));
    if (seen) return {};
    stored = true;
    TRY(record.number, take_number(vault));
    return store_message(vault, record, {record.number, record.message_sha256, {}});
  }));
  return stored;
}

// What the relay's own receipt says this delivery is, for telling the sender that it did not open,
// or was taken back before. When the receipt is about this very message, the answer leads to a new
// header, for another prekey, or to none: then nobody needs this one any more, and its secret would
// open the header that a liar kept. When it is not, no sender takes the answer, and the message may
// still come as it was.
base::Result<void> queue_refusal(Installation& installation, const wire::Delivery& delivery,
                                 receipt::State state, base::Time now) {
  TRY(const receipt::Receipt accepted, receipt_in(delivery.receipt));
  const bool about_it = accepted.message == delivery.id && accepted.from == delivery.from;
  return installation.vault().transaction([&]() -> base::Result<void> {
    if (about_it) TRY(destroy_once(installation.vault(), delivery.prekey));
    return queue_receipt(installation, {delivery.id, delivery.from, accepted.message_sha256, state},
                         now);
  });
}

// Whether the relay vouches that this is the very message which was stored before: its prekey is
// destroyed, so that it cannot be opened again.
bool is_the_same(const Installation& installation, const wire::Delivery& delivery,
                 const SeenRecord& seen) {
  const auto log = installation.log_verifier();
  const auto signed_note = note::parse(delivery.receipt);
  if (!log || !signed_note || !note::signed_by(*signed_note, *log)) return false;
  const auto said = receipt::parse(signed_note->text);
  return said && said->state == receipt::State::kAccepted && said->message == delivery.id &&
         said->from == delivery.from && said->message_sha256 == seen.message_sha256;
}

// What the sender might do when the relay accepted the message, of which the relay says how far the
// trust chain had come: a role or a policy that was changed later, and a later revocation, take
// nothing back.
base::Result<void> check_sender(const Installation& installation, const message::Header& header,
                                std::uint64_t then) {
  TRY(const policy::Policy policy, installation.policy_at(then));
  const trust::Device& sender = *installation.chain().device(header.from);
  if (sender.ended && sender.ended->entry < then) {
    return refuse("the relay accepted it although its sender was revoked");
  }
  const trust::Standing& standing = trust::standing_at(sender, then);
  const auto& own = standing.purposes;
  const bool bound = standing.role == trust::Role::kService;
  if (!trust::allowed(standing.role, trust::Operation::kSend) ||
      !policy::check_purpose(policy, header.purpose, trust::role_name(standing.role)) ||
      (bound && std::find(own.begin(), own.end(), header.purpose) == own.end())) {
    return refuse(fmt::format("its sender may not send for the purpose {}", header.purpose));
  }
  const std::uint64_t most = policy::max_body_for(policy, header.purpose);
  if (header.body_length > most) {
    return refuse(fmt::format("its text has {} bytes, and the policy allows {} for {}",
                              header.body_length, most, header.purpose));
  }
  return {};
}

// How the trust chain that the relay signed to have had when it accepted the message disagrees with
// the one it shows here; empty when it does not.
base::Result<std::string> relays_view(Installation& installation, client::RelayClient& relay,
                                      const note::View& then) {
  if (then.size > installation.chain().size()) TRY(sync_trust(installation, relay));
  const auto head = installation.chain().head_at(then.size);
  if (head && *head == then.hash) return std::string();
  return std::string(
      "the relay accepted it under another trust chain than it shows here; tell the organisation's "
      "owner");
}

struct Judged {
  std::optional<message::OpenedMessage> message;
  std::string refusal;       // empty when the message is good
  bool prekey_lost = false;  // it is sealed for a key that this vault does not have
};

// Errors are those that stop the run: the network, the disk, the vault, the relay's own log. What
// is wrong with the message is a refusal.
base::Result<Judged> judge(Installation& installation, client::RelayClient& relay,
                           const wire::Delivery& delivery, Context& context) {
  if (installation.chain().device(delivery.from) == nullptr) TRY(sync_trust(installation, relay));
  auto identity = find_prekey(installation.vault(), delivery.prekey);
  if (!identity && identity.error().code != base::Code::kNotFound) return identity.error();
  if (!identity) return Judged{{}, "it is sealed for a prekey that is not here any more", true};
  auto opened = message::open(delivery.header, delivery.payload, identity->identity);
  if (!opened) return Judged{{}, opened.error().text};
  const auto checked = check_delivery(installation, delivery, *opened, context.clock.now());
  if (!checked) return Judged{{}, checked.error().text};
  TRY(std::string disagreement,
      compare_views(installation, relay, opened->header.log, opened->header.trust));
  if (!disagreement.empty()) return Judged{{}, std::move(disagreement)};
  TRY(const receipt::Receipt accepted, receipt_in(delivery.receipt));
  TRY(std::string hidden, relays_view(installation, relay, accepted.trust));
  if (!hidden.empty()) return Judged{{}, std::move(hidden)};
  const auto allowed = check_sender(installation, opened->header, accepted.trust.size);
  if (!allowed) return Judged{{}, allowed.error().text};
  return Judged{*std::move(opened), ""};
}

base::Result<void> take_in(Installation& installation, client::RelayClient& relay,
                           const wire::Delivery& delivery, Fetched& fetched, Context& context) {
  const base::Time now = context.clock.now();
  TRY(const std::optional<SeenRecord> seen,
      find_seen(installation.vault(), Direction::kReceived, delivery.from, delivery.id));
  TRY(const auto recall, find_recall(installation.vault(), delivery.from, delivery.id));
  if (recall && !seen) return queue_refusal(installation, delivery, receipt::State::kRecalled, now);
  TRY(Judged judged, judge(installation, relay, delivery, context));
  if (seen && judged.message && seen->message_sha256 != judged.message->message_sha256) {
    judged.refusal = "another message with the same id and sender was received before";
  }
  const bool again = seen && judged.prekey_lost && is_the_same(installation, delivery, *seen);
  if (!judged.refusal.empty() && !again) {
    fetched.rejected.push_back({delivery.id, delivery.from, judged.refusal});
    return queue_refusal(installation, delivery, receipt::State::kUndecryptable, now);
  }
  if (seen) {  // stored by an earlier run that could not acknowledge
    return queue_receipt(
        installation,
        {delivery.id, delivery.from, seen->message_sha256, receipt::State::kDelivered}, now);
  }
  TRY(const bool stored, store(installation, record_of(*std::move(judged.message), delivery, now),
                               delivery.prekey, now));
  if (stored) ++fetched.stored;
  return {};
}

base::Result<void> take_mail(Installation& installation, client::RelayClient& relay,
                             const Patience& patience, Context& context, Fetched& fetched) {
  std::uint64_t cursor = 0;
  TRY(std::uint64_t recalls, recalls_cursor(installation.vault()));
  std::uint64_t heard = 0;  // the cursor of the last recall that came now
  for (int page = 0; page < kMaxPages && !context.interrupt.requested(); ++page) {
    const Patience now = page == 0 ? patience : Patience{};
    TRY(const wire::Inbox inbox, relay.inbox(cursor, kPage, now.wait, now.receipts, recalls));
    TRY(take_recalls(installation, relay, inbox.recalls, heard, fetched.rejected, context));
    if (heard > 0) recalls = heard;
    for (const wire::Delivery& delivery : inbox.deliveries) {
      if (delivery.cursor <= cursor) return refuse("the relay's inbox goes backwards");
      cursor = delivery.cursor;
      TRY(take_in(installation, relay, delivery, fetched, context));
    }
    TRY(finish_erasure(installation.vault()));  // before the relay forgets its copy
    TRY(const bool recalled, flush_receipts(installation, relay));
    if (!inbox.more && !recalled) break;
  }
  return {};
}

}  // namespace

base::Result<Fetched> fetch(Installation& installation, std::chrono::seconds wait,
                            Context& context) {
  TRY(client::RelayClient relay, visit(installation, context));
  TRY(Fetched fetched, fetch_from(installation, relay, {wait}, context));
  auto tended = tend_registers(installation, relay, context);
  if (tended) tended = record_stops(installation, relay, context);
  if (tended) tended = record_reply_words(installation, relay, context);
  if (!tended) fetched.neglected = tended.error();
  return fetched;
}

base::Result<Fetched> fetch_from(Installation& installation, client::RelayClient& relay,
                                 const Patience& patience, Context& context) {
  Fetched fetched;
  TRY(const trust::Device* self, installation.self(context.clock.now()));
  const bool hears = trust::allowed(self->role, trust::Operation::kReadReceipts);
  // Whose role does neither hears that from the relay.
  if (!hears || trust::allowed(self->role, trust::Operation::kReceive)) {
    TRY(take_mail(installation, relay, patience, context, fetched));
  }
  if (hears) TRY(collect_replies(installation, relay, context, fetched));
  return fetched;
}

}  // namespace sealpost::flow
