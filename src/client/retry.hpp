// When a request is tried again: after connection failures and 503, within a budget of tries and
// time, with pauses that grow or that the relay names. One thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/seams.hpp"
#include "client/limits.hpp"

namespace sealpost::client {

class Retry {
 public:
  Retry(base::Clock& clock, const base::Interrupt& interrupt, RetryBudget budget = kRequestBudget);
  // Waits, and says true when there is to be another try. `retry_after` in seconds.
  bool again(std::optional<std::uint64_t> retry_after = {});
  // Something got through: count from the beginning.
  void reset();

 private:
  base::Clock& clock_;
  const base::Interrupt& interrupt_;
  RetryBudget budget_;
  base::milliseconds started_;
  int tries_ = 1;
};

}  // namespace sealpost::client
