// An interrupt that a part of the program may give to its own connections. Thread-safe.
#pragma once

#include <atomic>

#include "base/seams.hpp"

namespace sealpost::flow {

class StopSwitch final : public base::Interrupt {
 public:
  explicit StopSwitch(const base::Interrupt& outer) : outer_(outer) {}
  bool requested() const override { return stopped_ || outer_.requested(); }
  void stop() { stopped_ = true; }

 private:
  const base::Interrupt& outer_;
  std::atomic<bool> stopped_ = false;
};

}  // namespace sealpost::flow
