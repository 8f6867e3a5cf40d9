#include "client/retry.hpp"

#include <algorithm>
#include <array>

namespace sealpost::client {
namespace {

using base::milliseconds;

constexpr milliseconds kBudget{10'000};
constexpr std::array kPauses{milliseconds(200), milliseconds(800), milliseconds(2'000)};
constexpr std::uint64_t kNever = 3'600;  // seconds; anything this long is beyond the budget

}  // namespace

Retry::Retry(base::Clock& clock, const base::Interrupt& interrupt)
    : clock_(clock), interrupt_(interrupt), started_(clock.steady()) {}

bool Retry::again(std::optional<std::uint64_t> retry_after) {
  if (tries_ > static_cast<int>(kPauses.size()) || interrupt_.requested()) return false;
  milliseconds pause = kPauses[static_cast<std::size_t>(tries_ - 1)];
  if (retry_after) {
    pause = std::max(pause, milliseconds(std::chrono::seconds(std::min(*retry_after, kNever))));
  }
  if (clock_.steady() - started_ + pause > kBudget) return false;
  clock_.sleep(pause);
  ++tries_;
  return !interrupt_.requested();
}

void Retry::reset() {
  started_ = clock_.steady();
  tries_ = 1;
}

}  // namespace sealpost::client
