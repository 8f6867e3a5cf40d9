// When something is tried again that may pass: within a budget of tries and time, with pauses that
// grow or that the other side names. One thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/seams.hpp"

namespace sealpost::base {

// At most so many tries, none of them begun later than so long after the last sign of life.
struct RetryBudget {
  milliseconds time;
  int tries;
};

class Retry {
 public:
  Retry(Clock& clock, const Interrupt& interrupt, RetryBudget budget);
  // Waits, and says true when there is to be another try. `retry_after` in seconds.
  bool again(std::optional<std::uint64_t> retry_after = {});
  // Something got through: count from the beginning.
  void reset();

 private:
  Clock& clock_;
  const Interrupt& interrupt_;
  RetryBudget budget_;
  milliseconds started_;
  int tries_ = 1;
};

}  // namespace sealpost::base
