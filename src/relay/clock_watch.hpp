// Whether the wall clock may be believed when it says that time has passed. It can jump; the steady
// clock cannot. What a wrong clock hides comes back when the clock does; what it deletes does not.
// One thread.
#pragma once

#include <optional>

#include "base/seams.hpp"

namespace sealpost::relay {

inline constexpr std::chrono::minutes kClockJump{5};    // apart from the steady clock
inline constexpr std::chrono::minutes kClockDoubt{60};  // before a jump forward is believed

class ClockWatch {
 public:
  enum class Verdict {
    kTrusted,
    kJumped,    // forward, just now
    kDoubtful,  // since an earlier look
  };
  ClockWatch(base::Time now, base::milliseconds steady)
      : offset_(now.time_since_epoch() - steady) {}
  // A jump forward is believed when it has lasted for kClockDoubt, one back at once.
  Verdict look(base::Time now, base::milliseconds steady);

 private:
  base::milliseconds offset_;  // of the wall clock from the steady one, as far as believed
  std::optional<base::milliseconds> doubted_since_ = std::nullopt;  // steady
};

}  // namespace sealpost::relay
