#include "client/pacer.hpp"

#include <algorithm>

namespace sealpost::client {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint64_t kPiecesPerSecond = 10;
constexpr std::uint64_t kSmallest = 256;      // bytes
constexpr std::uint64_t kLargest = 64 << 10;  // bytes
constexpr base::milliseconds kNap{500};       // between looks at the interrupt
constexpr nanoseconds kCredit{50'000'000};    // for sleeps that took longer than asked for

std::size_t piece_for(std::uint64_t rate) {
  if (rate == 0) return 0;
  return static_cast<std::size_t>(std::clamp(rate / kPiecesPerSecond, kSmallest, kLargest));
}

}  // namespace

Pacer::Pacer(base::Clock& clock, const base::Interrupt& interrupt, std::uint64_t rate)
    : clock_(clock), interrupt_(interrupt), rate_(rate), piece_(piece_for(rate)) {}

// The time from which on the bytes have passed.
base::milliseconds Pacer::book(std::size_t bytes) {
  const double seconds = static_cast<double>(bytes) / static_cast<double>(rate_);
  const std::lock_guard lock(mutex_);
  free_ = std::max(free_, nanoseconds(clock_.steady()) - kCredit);
  free_ += nanoseconds(static_cast<nanoseconds::rep>(seconds * 1e9));
  return std::chrono::ceil<base::milliseconds>(free_);
}

void Pacer::pass(std::size_t bytes) {
  if (rate_ == 0 || bytes == 0) return;
  const base::milliseconds until = book(bytes);
  while (!interrupt_.requested()) {
    const base::milliseconds left = until - clock_.steady();
    if (left <= base::milliseconds(0)) return;
    clock_.sleep(std::min(left, kNap));
  }
}

}  // namespace sealpost::client
