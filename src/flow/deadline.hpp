// A time after which nothing is waited for: what a use case passes on instead of its own context,
// so that no request, pause or try on its behalf outlasts it. Thread-safe as what it borrows.
#pragma once

#include <algorithm>

#include "flow/context.hpp"

namespace sealpost::flow {

class Deadline {
 public:
  Deadline(const Context& outer, base::milliseconds span)
      : end_(outer.clock.steady() + span),
        clock_(outer.clock, end_),
        interrupt_(outer, end_),
        context_{clock_, outer.random, interrupt_} {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // To whoever gets it, the end looks as if the process were asked to stop.
  Context& context() { return context_; }
  base::milliseconds left() const { return std::max(end_ - clock_.steady(), base::milliseconds{}); }

 private:
  class BoundedClock final : public base::Clock {
   public:
    BoundedClock(base::Clock& outer, base::milliseconds end) : outer_(outer), end_(end) {}
    base::Time now() const override { return outer_.now(); }
    base::milliseconds steady() const override { return outer_.steady(); }
    void sleep(base::milliseconds span) override {
      const base::milliseconds left = std::min(span, end_ - outer_.steady());
      if (left > base::milliseconds{}) outer_.sleep(left);
    }

   private:
    base::Clock& outer_;
    const base::milliseconds end_;
  };
  class BoundedInterrupt final : public base::Interrupt {
   public:
    BoundedInterrupt(const Context& outer, base::milliseconds end) : outer_(outer), end_(end) {}
    bool requested() const override {
      return outer_.interrupt.requested() || outer_.clock.steady() >= end_;
    }

   private:
    const Context outer_;
    const base::milliseconds end_;
  };

  const base::milliseconds end_;
  BoundedClock clock_;
  BoundedInterrupt interrupt_;
  Context context_;
};

}  // namespace sealpost::flow
