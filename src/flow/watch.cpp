#include "flow/watch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/collect.hpp"
#include "flow/new_headers.hpp"
#include "flow/register_keys.hpp"
#include "flow/stops.hpp"
#include "flow/visit.hpp"
#include "flow/wiping.hpp"

namespace sealpost::flow {
namespace {

using base::Code;
using vault::Kind;

constexpr std::chrono::seconds kLongPoll{50};
constexpr base::milliseconds kShortestPause{1000};
constexpr base::milliseconds kLongestPause{30'000};

bool is_away(Code code) { return code == Code::kUnreachable || code == Code::kBusy; }

class Watch {
 public:
  Watch(Installation& installation, bool once, Watcher& watcher, Context& context)
      : installation_(installation), once_(once), watcher_(watcher), context_(context) {}

  base::Result<void> run() {
    TRY(message_row_, installation_.vault().last_id(Kind::kMessage));
    TRY(receipt_row_, installation_.vault().last_id(Kind::kReceipt));
    TRY(recall_row_, installation_.vault().last_id(Kind::kRecall));
    while (!context_.interrupt.requested()) {
      const base::milliseconds began = context_.clock.steady();
      told_ = false;
      auto done = round();
      if (done) done = came_back();
      if (!done && (once_ || !is_away(done.error().code))) return ended(std::move(done).error());
      if (!done) TRY(stay_away(done.error()));
      if (once_) return {};
      // A relay whose answers end no wait is not asked without a pause.
      const bool idle = done && !told_ && context_.clock.steady() - began < kShortestPause;
      if (idle) context_.clock.sleep(kShortestPause);
    }
    return base::Error{Code::kInterrupted, "stopped watching", ""};
  }

 private:
  // Everything that is there, told; then a wait for more, which the next round tells.
  base::Result<void> round() {
    TRY(client::RelayClient relay, visit(installation_, context_));
    TRY(const auto refused, collect_receipts(installation_, relay, Refused::kReported));
    for (const std::string& why : refused) TRY(watcher_.refused(why));
    TRY(tell_receipts());
    TRY(const auto problems, send_new_headers(installation_, relay, context_));
    for (const std::string& why : problems) TRY(watcher_.refused(why));
    TRY(tend_registers(installation_, relay, context_));
    TRY(record_stops(installation_, relay, context_));
    TRY(came_back());
    TRY(const std::uint64_t cursor, receipts_cursor(installation_.vault()));
    const Patience patience{once_ ? std::chrono::seconds{} : kLongPoll, cursor};
    const auto fetched = fetch_from(installation_, relay, patience, context_);
    TRY(tell_recalls());
    TRY(tell_messages());  // also what was stored before it failed
    if (!fetched) return fetched.error();
    for (const Rejected& delivery : fetched->rejected) TRY(watcher_.refused(delivery));
    told_ = told_ || !fetched->rejected.empty();
    return {};
  }

  base::Result<void> tell_messages() {
    return each_message_after(installation_.vault(), message_row_, Direction::kReceived,
                              [&](const Listed& message) -> base::Result<void> {
                                told_ = true;
                                if (is_gone(message.record)) return {};
                                return watcher_.message(message);
                              });
  }

  base::Result<void> tell_recalls() {
    return installation_.vault().each(
        Kind::kRecall, recall_row_, [&](const vault::Row& row) -> base::Result<bool> {
          TRY(const RecallRecord record, decode_recall(row.value.expose()));
          // Of one that never came here nobody has heard.
          if (record.end != RecallEnd::kNotHere) TRY(watcher_.recall(record));
          recall_row_ = row.id;
          told_ = true;
          return true;
        });
  }

  base::Result<void> tell_receipts() {
    return installation_.vault().each(
        Kind::kReceipt, receipt_row_, [&](const vault::Row& row) -> base::Result<bool> {
          TRY(const ReceiptRecord record, decode_receipt(row.value.expose()));
          TRY(const note::Note signed_note, note::parse(record.statement));
          TRY(const receipt::Receipt said, receipt::parse(signed_note.text));
          TRY(tell(said));
          receipt_row_ = row.id;
          told_ = true;
          return true;
        });
  }

  // The relay speaks for whoever has not taken the message.
  static bool is_about(const receipt::Receipt& said, const Progressed& item) {
    if (said.state == receipt::State::kDropped) return item.device == said.device;
    return receipt::is_relays(said.state) ? item.state == receipt::state_name(said.state)
                                          : item.device == said.by;
  }

  base::Result<void> tell(const receipt::Receipt& said) {
    TRY(const std::optional<SeenRecord> seen,
        find_seen(installation_.vault(), Direction::kSent, installation_.signer().name(),
                  said.message));
    if (!seen) return {};
    TRY(const MessageProgress progress,
        show_receipts(installation_, fmt::format("{}", seen->number)));
    for (const Progressed& item : progress.recipients) {
      if (is_about(said, item)) TRY(watcher_.receipt(progress.message, item));
    }
    return {};
  }

  base::Result<void> came_back() {
    pause_ = kShortestPause;
    if (!std::exchange(away_, false)) return {};
    return watcher_.back();
  }

  base::Result<void> stay_away(const base::Error& why) {
    if (!std::exchange(away_, true)) TRY(watcher_.away(why));
    const base::milliseconds until = context_.clock.steady() + pause_;
    pause_ = std::min(pause_ * 2, kLongestPause);
    // In short naps, since not every reason to stop ends one.
    while (!context_.interrupt.requested() && context_.clock.steady() < until) {
      context_.clock.sleep(std::min(kShortestPause, until - context_.clock.steady()));
    }
    return {};
  }

  base::Error ended(base::Error error) {
    const auto& vault = installation_.vault().path();
    if (error.code != Code::kRevoked) return error;
    // Whoever is refused in the middle of a round has not asked since. Where the relay does not
    // answer, the refusal itself is told.
    const auto asked = ask_for_order(vault, context_);
    if (!asked || !*asked) return error;
    const auto order = read_order(vault);
    if (!order) return error;
    const auto told = watcher_.order(*order);
    return told ? error : told.error();
  }

  Installation& installation_;
  const bool once_;
  Watcher& watcher_;
  Context& context_;
  std::int64_t message_row_ = 0;  // the last one that was told
  std::int64_t receipt_row_ = 0;
  std::int64_t recall_row_ = 0;
  bool told_ = false;  // something, in this round
  bool away_ = false;
  base::milliseconds pause_ = kShortestPause;
};

}  // namespace

base::Result<void> watch(Installation& installation, bool once, Watcher& watcher,
                         Context& context) {
  return Watch(installation, once, watcher, context).run();
}

}  // namespace sealpost::flow
