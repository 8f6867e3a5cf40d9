#include "base/retry.hpp"

#include <algorithm>
#include <array>

namespace sealpost::base {
namespace {

// The last one repeats.
constexpr std::array kPauses{milliseconds(200), milliseconds(800), milliseconds(2'000)};
constexpr std::uint64_t kNever = 3'600;  // seconds; anything this long is beyond the budget

}  // namespace

Retry::Retry(Clock& clock, const Interrupt& interrupt, RetryBudget budget)
    : clock_(clock), interrupt_(interrupt), budget_(budget), started_(clock.steady()) {}

bool Retry::again(std::optional<std::uint64_t> retry_after) {
  if (tries_ >= budget_.tries || interrupt_.requested()) return false;
  milliseconds pause = kPauses[std::min(static_cast<std::size_t>(tries_), kPauses.size()) - 1];
  if (retry_after) {
    pause = std::max(pause, milliseconds(std::chrono::seconds(std::min(*retry_after, kNever))));
  }
  if (clock_.steady() - started_ + pause > budget_.time) return false;
  clock_.sleep(pause);
  ++tries_;
  return !interrupt_.requested();
}

void Retry::reset() {
  started_ = clock_.steady();
  tries_ = 1;
}

}  // namespace sealpost::base
