// Child processes: of the sandbox, and commands of the user's. One thread; POSIX.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "base/seams.hpp"

namespace sealpost::flow {

// What a child runs, and what its environment has besides ours.
struct Launch {
  std::vector<std::string> command;                            // looked up in PATH
  std::vector<std::pair<std::string, std::string>> variables;  // set
  std::vector<std::string> unset;                              // prefixes of names to leave out
  int in = -1;                // becomes its standard input; -1: ours
  int out = -1;               // becomes its standard output; -1: ours
  int err = -1;               // becomes its standard error; -1: ours
  bool dies_with_us = false;  // killed when this process ends, however that happens
  bool alone = false;         // gets no descriptor but the three standard ones
};

// A running child; ended with SIGTERM, then SIGKILL, and reaped on destruction. Move-only.
class Process {
 public:
  static base::Result<Process> start(const Launch& launch);
  Process(Process&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), handle_(std::move(other.handle_)) {}
  Process& operator=(Process&&) = delete;
  ~Process() { stop(); }
  // Its exit status, or 128 and the number of the signal that ended it. An interrupt of ours is
  // passed on to it once, as SIGTERM.
  base::Result<int> wait(const base::Interrupt& interrupt);
  // The same, but an interrupt ends it as stop() does; then kInterrupted.
  base::Result<int> wait_or_stop(const base::Interrupt& interrupt);
  void stop();

 private:
  Process(pid_t pid, base::Fd handle) : pid_(pid), handle_(std::move(handle)) {}
  bool ended_within(int milliseconds) const;
  int reap();
  pid_t pid_ = -1;
  base::Fd handle_;
};

}  // namespace sealpost::flow
