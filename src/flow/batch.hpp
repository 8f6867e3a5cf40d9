// Sending many messages: each as `send` would, but claims, decisions, vault transactions and
// submissions are shared, sealing runs on every core, and several submissions are under way at
// once. sealpost-send(1), BATCHES.
//
// A message is in the vault sealed before the relay sees it, and what is known of it is looked up
// first: the same message under the same key, added again after any failure, is sent once. Whoever
// adds keyed messages while another process does sees to it that they do not add the same.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flow/send.hpp"
#include "notify/notifier.hpp"

namespace sealpost::flow {

inline constexpr std::size_t kBatch = 256;  // messages that are sealed at once

// What became of one message: one of the two.
struct BatchOutcome {
  std::size_t number = 0;  // in the order in which they were added, from 0
  std::string id;
  std::optional<Sent> sent;
  std::optional<base::Error> error;
};

class BatchSender {
 public:
  // Told of each message once, in any order, on the caller's thread.
  using Told = std::function<base::Result<void>(const BatchOutcome&)>;

  // Meets the relay. Contacts are told of their links by the `notifier`, if there is one. Borrows
  // all but `told`. Errors are send()'s for everybody.
  static base::Result<std::unique_ptr<BatchSender>> open(Installation& installation,
                                                         Context& context,
                                                         TransferProgress& progress,
                                                         notify::Notifier* notifier, Told told);
  virtual ~BatchSender() = default;

  // At most kBatch messages. What is wrong with one of them is its outcome; an error of this or of
  // finish() is everybody's (kUnreachable, kBusy, kInterrupted, kRevoked, kVerificationFailed, ...)
  // and ends the sending: of those that nothing was told of some may have been accepted.
  virtual base::Result<void> add(std::vector<SendRequest> requests) = 0;
  // Waits for what is under way. After an interrupt, too, for as long as the relay answers.
  virtual base::Result<void> finish() = 0;
};

}  // namespace sealpost::flow
