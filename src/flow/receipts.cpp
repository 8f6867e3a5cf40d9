#include "flow/receipts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/collect.hpp"
#include "flow/deadline.hpp"
#include "flow/gate.hpp"
#include "flow/link_notices.hpp"
#include "flow/new_headers.hpp"
#include "flow/visit.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

constexpr base::milliseconds kPoll = std::chrono::seconds(1);
constexpr base::milliseconds kLastPoll{50};  // so that the last look is close to the end

base::Result<std::optional<base::Time>> time_of(const Installation& installation,
                                                const std::string& message, const std::string& by,
                                                receipt::State state, std::string_view about = {}) {
  TRY(const std::optional<vault::Row> row,
      installation.vault().find(Kind::kReceipt, receipt_row(message, by, state, about)));
  if (!row) return std::optional<base::Time>();
  TRY(const ReceiptRecord record, decode_receipt(row->value.expose()));
  TRY(const note::Note signed_note, note::parse(record.statement));
  TRY(const receipt::Receipt said, receipt::parse(signed_note.text));
  return std::optional<base::Time>(said.at);
}

// The relay's word that the message ended: for all who had not taken it, or for one device.
base::Result<bool> has_ended(const Installation& installation, const std::string& message,
                             receipt::State state, std::string_view about) {
  const std::optional<trust::RelayStatement>& relay = installation.chain().relay();
  if (!relay) return false;
  TRY(const auto at, time_of(installation, message, relay->log.name(), state, about));
  return at.has_value();
}

// All that is known of a contact is the relay's word; it opens, and does not read.
base::Result<Progressed> progress_of_link(const Installation& installation,
                                          const MessageRecord& record, Progressed progressed) {
  if (!record.confirmed) return progressed;
  for (const auto state : {receipt::State::kExpired, receipt::State::kLinkLocked,
                           receipt::State::kWithdrawn, receipt::State::kOpenedByLink}) {
    TRY(const bool said, has_ended(installation, record.id, state, {}));
    if (said) progressed.state = receipt::state_name(state);
  }
  return progressed;
}

base::Result<Progressed> progress_of(const Installation& installation, const MessageRecord& record,
                                     const RecipientRecord& recipient) {
  Progressed progressed{recipient.device, recipient.user, recipient.state, {}, {}, false};
  if (!record.confirmed) progressed.state = "unconfirmed";
  if (recipient.user.starts_with(kContactAddress)) {
    return progress_of_link(installation, record, std::move(progressed));
  }
  if (recipient.device.empty()) return progressed;
  TRY(progressed.delivered,
      time_of(installation, record.id, recipient.device, receipt::State::kDelivered));
  TRY(progressed.read, time_of(installation, record.id, recipient.device, receipt::State::kRead));
  TRY(const std::optional<base::Time> failed,
      time_of(installation, record.id, recipient.device, receipt::State::kUndecryptable));
  TRY(const bool expired, has_ended(installation, record.id, receipt::State::kExpired, {}));
  TRY(const bool dropped,
      has_ended(installation, record.id, receipt::State::kDropped, recipient.device));
  if (expired && progressed.state == "accepted") progressed.state = "expired";
  if (failed) progressed.state = "undecryptable";
  TRY(const bool withdrawn,
      has_ended(installation, record.id, receipt::State::kWithdrawn, recipient.device));
  TRY(const std::optional<base::Time> recalled,
      time_of(installation, record.id, recipient.device, receipt::State::kRecalled));
  if (dropped) progressed.state = "dropped";
  if (withdrawn) progressed.state = "withdrawn";
  if (progressed.delivered) progressed.state = "delivered";
  if (recalled) progressed.state = "recalled";
  if (progressed.read) progressed.state = "read";
  return progressed;
}

// Devices that the relay's receipt of acceptance names for their last-resort prekey.
base::Result<std::vector<std::string>> under_last_resort(const MessageRecord& record) {
  if (record.receipt.empty()) return std::vector<std::string>();
  TRY(const note::Note signed_note, note::parse(record.receipt));
  TRY(receipt::Receipt accepted, receipt::parse(signed_note.text));
  return std::move(accepted.last_resort);
}

base::Result<MessageProgress> progress_of(const Installation& installation, Listed message) {
  std::vector<Progressed> recipients;
  TRY(const std::vector<std::string> last_resort, under_last_resort(message.record));
  for (const RecipientRecord& recipient : message.record.recipients) {
    TRY(Progressed progressed, progress_of(installation, message.record, recipient));
    progressed.last_resort =
        std::find(last_resort.begin(), last_resort.end(), recipient.device) != last_resort.end();
    recipients.push_back(std::move(progressed));
  }
  TRY(add_notice_state(installation.vault(), message));
  return MessageProgress{std::move(message), std::move(recipients)};
}

// Leaves out recipients that the filter does not ask for; false when none are left.
bool keep_wanted(MessageProgress& progress, const ReceiptFilter& filter, base::Time now) {
  if (filter.older_than && progress.message.header.sent > now - *filter.older_than) return false;
  if (filter.not_read) {
    std::erase_if(progress.recipients,
                  [](const Progressed& item) { return item.read.has_value(); });
  }
  return !progress.recipients.empty();
}

// Whether a recipient has a device that the message was accepted for.
bool was_reached(const Progressed& item) {
  return item.state != "unknown" && item.state != "revoked" && item.state != "refused";
}

bool reached(const MessageProgress& progress, receipt::State state) {
  return std::all_of(progress.recipients.begin(), progress.recipients.end(),
                     [&](const Progressed& item) {
                       if (!was_reached(item) || item.read.has_value()) return true;
                       return state == receipt::State::kDelivered && item.delivered.has_value();
                     });
}

// Who waits for what was taken back would wait for ever.
base::Result<void> check_not_recalled(const MessageProgress& progress) {
  for (const Progressed& item : progress.recipients) {
    if (item.read || (item.state != "recalled" && item.state != "withdrawn")) continue;
    return base::Error{base::Code::kConflict,
                       fmt::format("message {} was recalled: not everybody will read it",
                                   progress.message.record.number),
                       "see `sealpost receipt show`"};
  }
  return {};
}

// kInterrupted also when the time is over.
base::Result<MessageProgress> wait_until_reached(Installation& installation, std::string_view which,
                                                 receipt::State state, Deadline& deadline) {
  Context& context = deadline.context();
  TRY(MessageProgress known, show_receipts(installation, which));
  if (reached(known, state)) return known;
  TRY(client::RelayClient relay, visit(installation, context));
  for (;;) {
    // What does not hold is as good as not there.
    TRY(collect_receipts(installation, relay, Refused::kReported));
    TRY(send_new_headers(installation, relay, context));
    TRY(MessageProgress progress, show_receipts(installation, which));
    if (reached(progress, state)) return progress;
    TRY(check_not_recalled(progress));
    if (context.interrupt.requested()) return base::Error{base::Code::kInterrupted, "", ""};
    context.clock.sleep(std::clamp(deadline.left() / 2, kLastPoll, kPoll));
  }
}

}  // namespace

base::Result<std::vector<std::string>> sync_receipts(Installation& installation, Context& context) {
  TRY(client::RelayClient relay, visit(installation, context));
  TRY(std::vector<std::string> refused, collect_receipts(installation, relay, Refused::kReported));
  TRY(const std::vector<std::string> problems, send_new_headers(installation, relay, context));
  refused.insert(refused.end(), problems.begin(), problems.end());
  return refused;
}

base::Result<std::vector<MessageProgress>> list_receipts(const Installation& installation,
                                                         const ReceiptFilter& filter,
                                                         base::Time now) {
  std::vector<MessageProgress> found;
  TRY(each_message(installation.vault(), Direction::kSent,
                   [&](Listed message) -> base::Result<void> {
                     TRY(MessageProgress progress, progress_of(installation, std::move(message)));
                     if (keep_wanted(progress, filter, now)) found.push_back(std::move(progress));
                     return {};
                   }));
  return found;
}

base::Result<MessageProgress> show_receipts(const Installation& installation,
                                            std::string_view which) {
  TRY(Listed message, find_message(installation.vault(), which, Direction::kSent));
  if (message.record.direction != Direction::kSent) {
    return base::Error{base::Code::kUsage,
                       fmt::format("message {} was received, not sent", message.record.number),
                       "its evidence is shown by `sealpost receipt verify`"};
  }
  return progress_of(installation, std::move(message));
}

base::Result<MessageProgress> wait_receipts(Installation& installation, std::string_view which,
                                            receipt::State state, base::milliseconds timeout,
                                            Context& context) {
  Deadline deadline(context, timeout);
  auto progress = wait_until_reached(installation, which, state, deadline);
  if (progress || progress.error().code != base::Code::kInterrupted) return progress;
  if (context.interrupt.requested()) {
    return base::Error{base::Code::kInterrupted, "interrupted while waiting", ""};
  }
  return base::Error{
      base::Code::kTimeout,
      fmt::format("message {} is not {} by everybody yet", which, receipt::state_name(state)),
      "see `sealpost receipt show`"};
}

}  // namespace sealpost::flow
