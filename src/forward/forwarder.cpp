#include "forward/forwarder.hpp"

#include <algorithm>

namespace sealpost::forward {
namespace {

using base::Code;
using base::Error;
using base::Result;

constexpr base::milliseconds kLook{1000};  // between looks for new events
constexpr base::milliseconds kDrainStep{50};
constexpr int kDrainSteps = 200;  // ten seconds
constexpr base::milliseconds kMaxAway{30000};
constexpr int kSettled = 3;  // looks that a connection must last before what it took has arrived

bool passes(const Error& error) {
  return error.code == Code::kUnreachable || error.code == Code::kBusy;
}

class Run {
 public:
  Run(Cursor& cursor, const Forwarding& how) : cursor_(cursor), how_(how), at_(cursor.place()) {}

  Result<void> all() {
    for (;;) {
      if (how_.interrupt.requested()) return stop();
      const Result<bool> moved = step();
      if (!moved && !passes(moved.error())) return moved.error();
      if (!moved) {
        stay_away(moved.error());
        continue;
      }
      pause_ = kLook;
      if (*moved) continue;
      if (how_.once) return finish();
      TRY(settle());
      how_.rest(kLook);
    }
  }

 private:
  // True when something was sent.
  Result<bool> step() {
    if (!link_) {
      TRY(link_, TlsLink::open(how_.collector, how_.interrupt));
      at_ = cursor_.place();
      taken_ = at_;
      looks_ = 0;
    }
    TRY(const std::vector<Line> lines, how_.read(at_));
    if (lines.empty()) {
      if (link_->is_open()) return false;
      link_.reset();
      return Error{Code::kUnreachable, "the collector has closed the connection", ""};
    }
    std::string bytes;
    for (const Line& line : lines) bytes += framed(line.text);
    if (auto sent = link_->send(bytes); !sent) {
      link_.reset();
      return sent.error();
    }
    at_ = {lines.back().index + 1, lines.back().mark};
    if (at_.next - taken_.next >= kMostUnsettled) TRY(settle());
    return true;
  }

  void stay_away(const Error& why) {
    if (pause_ == kLook) how_.away(why);
    pause_ = std::min(pause_ * 2, kMaxAway);
    how_.rest(pause_);
  }

  // What the collector's machine had taken some looks ago, on this very connection, has arrived.
  Result<void> settle() {
    if (!link_ || !link_->is_open() || !link_->is_drained()) return {};
    if (taken_.next == at_.next && ++looks_ < kSettled) return {};
    const Place arrived = taken_;
    taken_ = at_;
    looks_ = 0;
    if (arrived.next == cursor_.place().next) return {};
    return cursor_.move(arrived);
  }

  Result<void> drain() {
    for (int i = 0; i < kDrainSteps; ++i) {
      if (!link_ || !link_->is_open()) break;
      if (link_->is_drained()) return {};
      how_.rest(kDrainStep);
    }
    return Error{Code::kUnreachable, "the collector did not take everything", "try again"};
  }

  // The end of a run that was asked to end by itself: everything was taken.
  Result<void> finish() {
    TRY(drain());
    link_.reset();  // says goodbye
    if (at_.next == cursor_.place().next) return {};
    return cursor_.move(at_);
  }

  Result<void> stop() {
    if (link_ && drain()) TRY(cursor_.move(at_));
    return Error{Code::kInterrupted, "interrupted", "the same command goes on where it stopped"};
  }

  static constexpr std::uint64_t kMostUnsettled = 4096;  // events, also while they come without end

  Cursor& cursor_;
  const Forwarding& how_;
  std::optional<TlsLink> link_;
  Place at_;     // sent
  Place taken_;  // had been taken when that was last looked at
  int looks_ = 0;
  base::milliseconds pause_ = kLook;
};

}  // namespace

Result<void> forward(Cursor& cursor, const Forwarding& how) { return Run(cursor, how).all(); }

}  // namespace sealpost::forward
