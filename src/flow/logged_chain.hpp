// The trust chain as the audit log tells it: every entry logged once, in their order. What has been
// checked of it while somebody walks through the log's events. Borrows the entries; one thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "audit/event.hpp"
#include "base/result.hpp"

namespace sealpost::flow {

// An entry of the trust chain and the index of the event that logs it.
struct LoggedEntry {
  std::uint64_t number = 0;
  std::string entry;
  std::uint64_t index = 0;
};

// What the event says about the trust chain is this entry; kVerificationFailed.
base::Result<void> check_logs_entry(const audit::Event& event, const LoggedEntry& entry);

class LoggedChain {
 public:
  // The first `logged` entries lie in a part of the log that was walked through before.
  explicit LoggedChain(std::span<const std::string> entries, std::uint64_t logged = 0)
      : entries_(entries), logged_(logged) {}
  // Events must come in the order of the log. kVerificationFailed when one names another entry than
  // the next. Events of other matters are none of its business.
  base::Result<void> take(std::uint64_t index, const audit::Event& event);
  std::uint64_t logged() const { return logged_; }
  // What take() has seen, with their places in the log.
  const std::vector<LoggedEntry>& seen() const { return seen_; }

 private:
  std::span<const std::string> entries_;
  std::uint64_t logged_;
  std::vector<LoggedEntry> seen_;
};

}  // namespace sealpost::flow
