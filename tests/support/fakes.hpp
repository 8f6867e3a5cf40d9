// Deterministic stand-ins for the seams of base/seams.hpp. Tests only; no shipped code links them.
#pragma once

#include <deque>
#include <string>

#include "base/seams.hpp"

namespace sealpost::testing {

class FakeClock final : public base::Clock {
 public:
  // 2026-11-21T12:00:00Z
  FakeClock()
      : now_(std::chrono::sys_days(std::chrono::year{2026} / 11 / 21) + std::chrono::hours(12)) {}
  base::Time now() const override { return now_; }
  base::milliseconds steady() const override { return now_.time_since_epoch(); }
  void sleep(base::milliseconds span) override { now_ += span; }
  void advance(base::milliseconds span) { now_ += span; }

 private:
  base::Time now_;
};

// A fixed, seedable sequence: different for every call, the same in every run.
class FakeRandom final : public base::Random {
 public:
  explicit FakeRandom(std::uint64_t seed = 1) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

class FakeTerminal final : public base::Terminal {
 public:
  bool can_prompt() const override { return !answers.empty(); }
  bool err_is_terminal() const override { return false; }
  bool out_is_terminal() const override { return false; }
  base::Result<void> write_out(std::string_view text) override;
  void write_err(std::string_view text) override;
  base::Result<std::size_t> read_secret(std::string_view prompt, std::span<char> out) override;
  base::Result<std::string> read_line(std::string_view prompt) override;

  std::deque<std::string> answers;
  std::string out;
  std::string err;
};

}  // namespace sealpost::testing
