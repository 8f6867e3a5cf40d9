// SIGINT, SIGTERM and SIGHUP as a question that long work asks; SIGPIPE as an error of write().
//
// A second signal of the same kind ends the process at once. Make one object, in main, before any
// thread. requested() and wait() are thread-safe.
#pragma once

#include "base/file.hpp"
#include "base/seams.hpp"

namespace sealpost::ui {

class Signals final : public base::Interrupt {
 public:
  Signals();
  ~Signals() override;
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  bool requested() const override;
  // Waits for the span, or until a signal has arrived. Waits for `fd` to become readable as well,
  // unless it is -1; true when it is. A negative span waits without limit.
  bool wait(base::milliseconds span, int fd = -1) const;

 private:
  base::Fd arrived_;  // readable once a signal has arrived; never drained
  base::Fd handler_end_;
};

// Whether nobody will ever read what is written to `fd`, as behind `| head`.
bool reader_gone(int fd);
// Ends the process as SIGPIPE does, which is what shells expect of a filter then.
void end_by_broken_pipe();

}  // namespace sealpost::ui
