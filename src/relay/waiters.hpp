// Inbox polls that wait for mail. Thread-safe; callbacks run on the thread that wakes them, each
// exactly once, without the lock.
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <set>
#include <string>

#include "base/seams.hpp"

namespace sealpost::relay {

// What a group of changes brought, by device.
struct Arrivals {
  std::set<std::string> mail;
  std::set<std::string> receipts;  // about messages that these sent
};

class Waiters {
 public:
  using Wake = std::function<void()>;
  explicit Waiters(std::size_t per_device) : per_device_(per_device) {}
  // Waits until mail comes for the device or steady time `until`; with `receipts` also until one
  // comes about a message of the device. When the device waits in too many
  // places already, the oldest is woken: a client that was cut off does not lock itself out. After
  // close() it is woken at once.
  void add(std::string device, base::milliseconds until, bool receipts, Wake wake);
  void arrived(const Arrivals& arrivals);
  void expire(base::milliseconds now);
  void close();  // wakes all, now and from now on
  std::size_t size() const;

 private:
  struct Waiter {
    std::string device;
    base::milliseconds until;
    bool receipts;
    Wake wake;
  };
  template <typename Which>
  void wake_if(Which which);
  std::size_t per_device_;
  mutable std::mutex mutex_;
  std::list<Waiter> waiters_;  // oldest first
  bool closed_ = false;
};

}  // namespace sealpost::relay
