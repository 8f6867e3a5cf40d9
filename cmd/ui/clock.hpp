// The system's clocks. Thread-safe.
#pragma once

#include <ctime>

#include "cmd/ui/signals.hpp"

namespace sealpost::ui {

class SystemClock final : public base::Clock {
 public:
  explicit SystemClock(const Signals& signals) : signals_(signals) {}  // borrows
  base::Time now() const override {
    return std::chrono::time_point_cast<base::milliseconds>(std::chrono::system_clock::now());
  }
  base::milliseconds steady() const override {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);  // goes on while a laptop sleeps
    return std::chrono::duration_cast<base::milliseconds>(std::chrono::seconds(now.tv_sec) +
                                                          std::chrono::nanoseconds(now.tv_nsec));
  }
  void sleep(base::milliseconds span) override {
    if (span.count() > 0) signals_.wait(span);
  }

 private:
  const Signals& signals_;
};

}  // namespace sealpost::ui
