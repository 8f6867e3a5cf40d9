// Forwards a log to a collector of syslog, for as long as it is let: whatever is in the log arrives
// at least once and in order, whoever is away meanwhile. Knows neither logs nor formats; it is
// given lines by their index. Bounded memory. One thread.
//
// TLS has no acknowledgement. An event counts as arrived when the collector's machine has taken it
// and the connection has lasted a while since; after a connection that broke, what does not count
// yet is sent again.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "forward/cursor.hpp"
#include "forward/tls_link.hpp"

namespace sealpost::forward {

struct Line {
  std::uint64_t index = 0;
  std::string mark;  // by which the event is known again
  std::string text;
};
// Events from `next` on, in order, at most a few hundred; `mark` is that of the event in front, and
// kVerificationFailed says that the log does not have it there. Empty when there are none yet.
using ReadLines = std::function<base::Result<std::vector<Line>>(const Place& from)>;

struct Forwarding {
  Collector collector;
  ReadLines read;
  const base::Interrupt& interrupt;
  std::function<void(base::milliseconds)> rest;  // returns early when it is to end
  std::function<void(const base::Error&)> away;  // once each time that somebody is away
  bool once = false;                             // end when everything that is there has arrived
};

// Ends with kInterrupted, or when everything has arrived and `once` is set; with what no patience
// helps against: a certificate that is not trusted, a log that is another one, a disk that is full.
base::Result<void> forward(Cursor& cursor, const Forwarding& how);

}  // namespace sealpost::forward
