// Taking a message back: the recall, and what it came to with each recipient. sealpost-recall(1).
// One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

struct RecallTarget {
  std::string id;
  std::string from;  // device that sent it
  std::optional<crypto::Digest> sha256;
  std::optional<std::uint64_t> number;  // in this vault, when this device sent it
};
// `which`: as in find_message(), or the id as the audit log shows it; `from`: the device that sent
// it, empty where that is clear. Asks the relay only about what this vault does not have.
// kNotFound; kDenied when this device may not recall it; kConflict for what is in the outbox, or
// when several devices sent a message of this id.
base::Result<RecallTarget> find_recall_target(Installation& installation, const std::string& which,
                                              const std::string& from, Context& context);

// How far the recall came with one recipient. What was read or opened says the recipient's own
// signed receipt, and of a link the relay's.
enum class Recalled {
  kWithdrawn,      // the relay had not handed it out
  kOrdered,        // the device has it, and destroys it when it next asks, if it is unread then
  kDestroyed,      // the device did
  kRead,           // too late
  kOpened,         // through a link; too late
  kExpired,        // before
  kDropped,        // with its device, before
  kUndecryptable,  // the device could not open it
  kLocked,         // the link, before
};
std::string_view recalled_name(Recalled state);

struct RecalledRecipient {
  std::string device;   // full name; empty for a contact
  std::string contact;  // id; empty for a device
  Recalled state = Recalled::kOrdered;
  std::optional<base::Time> at;  // when it was read, opened first or destroyed
  std::uint64_t opened = 0;      // times, through a link
};
struct RecallOutcome {
  std::string by;  // device whose recall counts: the first one
  std::string reason;
  base::Time at;
  bool repeated = false;
  std::vector<RecalledRecipient> recipients;
};
// Safe to repeat: the first recall counts. kUnreachable with nothing done, kVerificationFailed when
// the recall was taken and what the relay then says of it does not hold.
base::Result<RecallOutcome> recall(Installation& installation, const RecallTarget& target,
                                   const std::string& reason, Context& context);

}  // namespace sealpost::flow
