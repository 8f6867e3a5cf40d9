// A limit on the bytes that pass each second, shared by all connections of a command. Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>

#include "base/seams.hpp"

namespace sealpost::client {

class Pacer {
 public:
  // `rate` in bytes per second; 0: no limit. Borrows its seams.
  Pacer(base::Clock& clock, const base::Interrupt& interrupt, std::uint64_t rate);

  // The most bytes that should pass at once, so that nobody waits long: from 256 B to 64 KiB; 0
  // without a limit.
  std::size_t piece() const { return piece_; }
  // Waits until so many bytes may pass, or the process is asked to stop. Time in which nothing
  // passed is not saved up for later, but for the twentieth of a second that a sleep may be late.
  void pass(std::size_t bytes);

 private:
  base::milliseconds book(std::size_t bytes);

  base::Clock& clock_;
  const base::Interrupt& interrupt_;
  const std::uint64_t rate_;
  const std::size_t piece_;
  std::mutex mutex_;
  std::chrono::nanoseconds free_{0};  // when everything that was let through will have passed
};

}  // namespace sealpost::client
