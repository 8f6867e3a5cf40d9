#include "relay/waiters.hpp"

#include <algorithm>

namespace sealpost::relay {

template <typename Which>
void Waiters::wake_if(Which which) {
  std::list<Waiter> woken;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = waiters_.begin(); at != waiters_.end();) {
      const auto next = std::next(at);
      if (which(*at)) woken.splice(woken.end(), waiters_, at);
      at = next;
    }
  }
  for (const Waiter& waiter : woken) waiter.wake();
}

void Waiters::add(std::string device, base::milliseconds until, bool receipts, Wake wake) {
  std::list<Waiter> woken;
  {
    const std::lock_guard lock(mutex_);
    const auto same = [&](const Waiter& waiter) { return waiter.device == device; };
    const auto count = std::count_if(waiters_.begin(), waiters_.end(), same);
    if (static_cast<std::size_t>(count) >= per_device_) {
      woken.splice(woken.end(), waiters_, std::find_if(waiters_.begin(), waiters_.end(), same));
    }
    waiters_.push_back({std::move(device), until, receipts, std::move(wake)});
    if (closed_) woken.splice(woken.end(), waiters_);
  }
  for (const Waiter& waiter : woken) waiter.wake();
}

void Waiters::arrived(const Arrivals& arrivals) {
  if (arrivals.mail.empty() && arrivals.receipts.empty()) return;
  wake_if([&](const Waiter& waiter) {
    return arrivals.mail.contains(waiter.device) ||
           (waiter.receipts && arrivals.receipts.contains(waiter.device));
  });
}

void Waiters::expire(base::milliseconds now) {
  wake_if([&](const Waiter& waiter) { return waiter.until <= now; });
}

void Waiters::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_if([](const Waiter&) { return true; });
}

std::size_t Waiters::size() const {
  const std::lock_guard lock(mutex_);
  return waiters_.size();
}

}  // namespace sealpost::relay
