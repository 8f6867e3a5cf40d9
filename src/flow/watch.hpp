// Staying connected: messages, receipts and orders as they come. sealpost-watch(1). One thread.
#pragma once

#include <string>

#include "flow/context.hpp"
#include "flow/fetch.hpp"
#include "flow/receipts.hpp"
#include "flow/wiping.hpp"

namespace sealpost::flow {

// Who is told what came. A failure ends the watch; what was stored stays stored. In a watch that
// keeps what it told, kPartial for a message, a receipt or a recall says that it is to be told
// again: nothing that came later is told before.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual base::Result<void> message(const Listed& message) = 0;
  virtual base::Result<void> refused(const Rejected& delivery) = 0;
  // How far this recipient of a sent message has come now.
  virtual base::Result<void> receipt(const Listed& message, const Progressed& recipient) = 0;
  virtual base::Result<void> refused(const std::string& receipt) = 0;
  // A received message was taken back: destroyed unread, or read before and kept.
  virtual base::Result<void> recall(const RecallRecord& recall) = 0;
  // This device is to be wiped; the watch ends with kRevoked.
  virtual base::Result<void> order(const Obeyed& order) = 0;
  // Once for each time that the relay is away, and once when it is back.
  virtual base::Result<void> away(const base::Error& why) = 0;
  virtual base::Result<void> back() = 0;
};

// Fetches and stores what waits, as fetch() and sync_receipts() do, tells it, and waits for more.
// A relay that is away is tried again, less and less often, up to every half minute. Ends with
// kInterrupted when the process is asked to stop, and with what other failures there are. With
// `once` it ends when everything that is there was told; a relay that is away is then an error, and
// so is kPartial when the same is told in vain for the fifth time. With `kept`, messages, receipts
// and recalls are told at least once by one watch after the other (flow/told.hpp), of which there
// is one at a time: kConflict.
struct Watching {
  bool once = false;
  bool kept = false;
};
base::Result<void> watch(Installation& installation, const Watching& how, Watcher& watcher,
                         Context& context);

}  // namespace sealpost::flow
