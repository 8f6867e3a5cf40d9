#include "relay/clock_watch.hpp"

namespace sealpost::relay {

ClockWatch::Verdict ClockWatch::look(base::Time now, base::milliseconds steady) {
  const base::milliseconds offset = now.time_since_epoch() - steady;
  const bool ahead = offset > offset_ + kClockJump;
  if (ahead && !doubted_since_) {
    doubted_since_ = steady;
    return Verdict::kJumped;
  }
  if (ahead && steady - *doubted_since_ < kClockDoubt) return Verdict::kDoubtful;
  offset_ = offset;
  doubted_since_.reset();
  return Verdict::kTrusted;
}

}  // namespace sealpost::relay
