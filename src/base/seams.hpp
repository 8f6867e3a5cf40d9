// The only ways in which the program sees the world: time, randomness, the person at the terminal.
//
// main builds the real ones, tests build their own, and both pass them down; no code below cmd/
// asks the system directly. Implementations must be safe to call from several threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sealpost::base {

// UTC, in milliseconds.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using std::chrono::milliseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;               // wall clock
  virtual milliseconds steady() const = 0;    // never goes back; meaningful as differences only
  virtual void sleep(milliseconds span) = 0;  // returns early when the process is asked to stop
};

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;  // cryptographically secure
};

// True once SIGINT or SIGTERM has arrived. Long work asks between steps.
class Interrupt {
 public:
  virtual ~Interrupt() = default;
  virtual bool requested() const = 0;
};

class Terminal {
 public:
  virtual ~Terminal() = default;
  virtual bool can_prompt() const = 0;  // a person can be asked (there is a controlling terminal)
  virtual bool err_is_terminal() const = 0;
  virtual bool out_is_terminal() const = 0;
  // Writes to standard output or standard error as they are; the caller has made the text safe.
  virtual Result<void> write_out(std::string_view text) = 0;
  virtual void write_err(std::string_view text) = 0;
  // Asks without echo and fills `out` with what was typed, without the line end; returns its
  // length. kLocked when nobody can be asked, kUsage when it does not fit, kInterrupted on Ctrl-C.
  virtual Result<std::size_t> read_secret(std::string_view prompt, std::span<char> out) = 0;
  // Asks for a line with echo. Fails as read_secret.
  virtual Result<std::string> read_line(std::string_view prompt) = 0;
};

}  // namespace sealpost::base
