#include "flow/watch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/collect.hpp"
#include "flow/new_headers.hpp"
#include "flow/register_keys.hpp"
#include "flow/reply_words.hpp"
#include "flow/stops.hpp"
#include "flow/told.hpp"
#include "flow/visit.hpp"
#include "flow/wiping.hpp"

namespace sealpost::flow {
namespace {

using base::Code;
using vault::Kind;

constexpr std::chrono::seconds kLongPoll{50};
constexpr base::milliseconds kShortestPause{1000};
constexpr base::milliseconds kLongestPause{30'000};
// Between two tries to tell the same.
constexpr base::milliseconds kFirstAgain{250};
constexpr base::milliseconds kLongestAgain{60'000};
constexpr int kTriesOnce = 5;

bool is_away(Code code) { return code == Code::kUnreachable || code == Code::kBusy; }

class Watch {
 public:
  Watch(Installation& installation, const Watching& how, Watcher& watcher, Context& context)
      : installation_(installation), how_(how), watcher_(watcher), context_(context) {}

  base::Result<void> run() {
    TRY(told_, Told::begin(installation_.vault(), how_.kept));
    while (!context_.interrupt.requested()) {
      const base::milliseconds began = context_.clock.steady();
      busy_ = false;
      TRY(tell_stored());
      auto done = round();
      if (done) done = came_back();
      if (!done && (how_.once || !is_away(done.error().code)))
        return ended(std::move(done).error());
      if (!done) TRY(stay_away(done.error()));
      if (how_.once) return {};
      // A relay whose answers end no wait is not asked without a pause.
      const bool idle = done && !busy_ && context_.clock.steady() - began < kShortestPause;
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
    TRY(record_reply_words(installation_, relay, context_));
    TRY(came_back());
    TRY(const std::uint64_t cursor, receipts_cursor(installation_.vault()));
    const auto fetched = fetch_from(installation_, relay, {wait(), cursor}, context_);
    TRY(tell_stored());  // also what was stored before it failed
    if (!fetched) return fetched.error();
    for (const Rejected& delivery : fetched->rejected) TRY(watcher_.refused(delivery));
    busy_ = busy_ || !fetched->rejected.empty();
    return {};
  }

  // How long the relay may let us wait: not past the time at which something is told again.
  std::chrono::seconds wait() const {
    if (how_.once) return {};
    if (!again_at_) return kLongPoll;
    const auto left = std::max(base::milliseconds{}, *again_at_ - context_.clock.steady());
    return std::min(kLongPoll, std::chrono::duration_cast<std::chrono::seconds>(left));
  }

  base::Result<void> tell_stored() {
    TRY(tell_receipts());
    TRY(tell_recalls());
    return tell_messages();
  }

  // The rows behind the last one that was told, up to the first that has to be told again.
  base::Result<void> tell_rows(Kind kind,
                               const std::function<base::Result<void>(const vault::Row&)>& tell) {
    const auto visit = [&](const vault::Row& row) -> base::Result<bool> {
      if (again_at_ && context_.clock.steady() < *again_at_) return false;
      TRY(const bool taken, try_to([&] { return tell(row); }));
      if (!taken) return false;
      busy_ = true;
      TRY(told_->passed(kind, row.id));
      return true;
    };
    return installation_.vault().each(kind, told_->last(kind), visit);
  }

  // False when it is to be told again later.
  base::Result<bool> try_to(const std::function<base::Result<void>()>& tell) {
    for (int tries = 1;; ++tries) {
      auto done = tell();
      if (!done && done.error().code != Code::kPartial) return done.error();
      if (done) {
        again_at_.reset();
        again_pause_ = kFirstAgain;
        return true;
      }
      again_at_ = context_.clock.steady() + again_pause_;
      again_pause_ = std::min(again_pause_ * 2, kLongestAgain);
      if (!how_.once) return false;
      if (tries == kTriesOnce) return done.error();
      nap_until(*again_at_);
      if (context_.interrupt.requested()) return base::Error{Code::kInterrupted, "stopped", ""};
    }
  }

  base::Result<void> tell_messages() {
    return tell_rows(Kind::kMessage, [&](const vault::Row& row) -> base::Result<void> {
      TRY(const Listed message, listed_in(row));
      const bool news = message.record.direction == Direction::kReceived;
      return news && !is_gone(message.record) ? watcher_.message(message) : base::Result<void>();
    });
  }

  // Of the recall of a message that never came here nobody has to hear.
  base::Result<void> tell_recalls() {
    return tell_rows(Kind::kRecall, [&](const vault::Row& row) -> base::Result<void> {
      TRY(const RecallRecord record, decode_recall(row.value.expose()));
      return record.end == RecallEnd::kNotHere ? base::Result<void>() : watcher_.recall(record);
    });
  }

  base::Result<void> tell_receipts() {
    return tell_rows(Kind::kReceipt, [&](const vault::Row& row) -> base::Result<void> {
      TRY(const ReceiptRecord record, decode_receipt(row.value.expose()));
      TRY(const note::Note signed_note, note::parse(record.statement));
      TRY(const receipt::Receipt said, receipt::parse(signed_note.text));
      return tell(said);
    });
  }

  // The relay speaks for whoever has not taken the message.
  static bool is_about(const receipt::Receipt& said, const Progressed& item) {
    if (!said.device.empty()) return item.device == said.device;
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
    nap_until(context_.clock.steady() + pause_);
    pause_ = std::min(pause_ * 2, kLongestPause);
    return {};
  }

  // In short naps, since not every reason to stop ends one.
  void nap_until(base::milliseconds end) {
    while (!context_.interrupt.requested() && context_.clock.steady() < end) {
      context_.clock.sleep(std::min(kShortestPause, end - context_.clock.steady()));
    }
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
  const Watching how_;
  Watcher& watcher_;
  Context& context_;
  std::optional<Told> told_;  // set by run()
  bool busy_ = false;         // something was told, or refused, in this round
  bool away_ = false;
  base::milliseconds pause_ = kShortestPause;
  std::optional<base::milliseconds> again_at_ = std::nullopt;  // nothing is told before
  base::milliseconds again_pause_ = kFirstAgain;
};

}  // namespace

base::Result<void> watch(Installation& installation, const Watching& how, Watcher& watcher,
                         Context& context) {
  if (!how.kept) return Watch(installation, how, watcher, context).run();
  TRY(const auto alone, installation.vault().lease("watch that keeps what it told"));
  if (alone) return Watch(installation, how, watcher, context).run();
  return base::Error{Code::kConflict, "another watch of this profile runs a command already",
                     "each event goes to one command: end that watch first"};
}

}  // namespace sealpost::flow
