// How far long work has come: one line on standard error that redraws itself, with rate and time
// left. Silent unless standard error is a terminal, and with --quiet, --no-progress or NO_COLOR.
// Nothing appears in the first second. Thread-safe: threads may call update().
#pragma once

#include <mutex>
#include <string>

#include "cmd/env.hpp"

namespace sealpost::ui {

class Progress {
 public:
  // `total` in bytes, or in things of this name, like "events"; 0 when it is not known. Borrows the
  // clock and the terminal.
  Progress(cmd::Env& env, const std::string& label, std::uint64_t total, std::string things = {});
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  // How much was done so far by this run, and those that were there before: they count as done, but
  // say nothing about the rate.
  void update(std::uint64_t done, std::uint64_t before = 0);

 private:
  std::string amount(std::uint64_t count) const;
  std::string describe(std::uint64_t done, std::uint64_t before, base::milliseconds elapsed) const;

  base::Clock& clock_;
  base::Terminal& terminal_;
  const std::string label_;
  const std::uint64_t total_;
  const std::string things_;  // empty: bytes
  const bool shown_;
  const base::milliseconds begun_;
  std::mutex mutex_;
  base::milliseconds drawn_;
  bool dirty_ = false;
};

}  // namespace sealpost::ui
