// What became of a message: receipts as the relay hands them out, verified before they count.
// sealpost-receipt(1), sealpost-receipt(5).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flow/context.hpp"
#include "flow/mailbox.hpp"
#include "receipt/receipt.hpp"

namespace sealpost::flow {

// Fetches receipts about messages this device sent, verifies signature, subject and signer of each,
// and stores those that hold. Returns what is wrong with the others, a sentence each.
base::Result<std::vector<std::string>> sync_receipts(Installation& installation, Context& context);

// How far one recipient device has come with one sent message.
struct Progressed {
  std::string device;
  std::string user;
  std::string state;  // accepted, delivered, read, undecryptable, expired, dropped, unknown,
                      // revoked, refused, unconfirmed
  std::optional<base::Time> delivered;
  std::optional<base::Time> read;
  bool last_resort = false;  // the relay's accepted receipt names the device so
};
struct MessageProgress {
  Listed message;
  std::vector<Progressed> recipients;
};

struct ReceiptFilter {
  bool not_read = false;                         // only recipients that have not read it
  std::optional<base::milliseconds> older_than;  // sent longer ago
};
// From what is stored; call sync_receipts() first for the newest.
base::Result<std::vector<MessageProgress>> list_receipts(const Installation& installation,
                                                         const ReceiptFilter& filter,
                                                         base::Time now);
base::Result<MessageProgress> show_receipts(const Installation& installation,
                                            std::string_view which);

// Waits until every device that the message was accepted for has come as far as `state` (delivered
// or read). kTimeout when the time is over, whatever the relay is doing then: within a second more.
base::Result<MessageProgress> wait_receipts(Installation& installation, std::string_view which,
                                            receipt::State state, base::milliseconds timeout,
                                            Context& context);

struct Evident {
  receipt::Verdict verdict;
  std::uint64_t index = 0;
  std::string address;  // as the relay observed it
  base::Time logged_at;
  // From a receipt file: whom the message was accepted for, or had not reached when it expired or
  // was dropped.
  std::vector<std::string> devices = {};
  std::optional<std::uint64_t> revoked = {};  // index of the event that ended its device later
};
struct ReceiptVerification {
  std::string message;
  bool verified = false;
  std::vector<Evident> evidence;
  std::string reason;  // why not; empty when verified
};
// Asks the relay for all evidence about a sent or received message and judges it against the pinned
// root, the trust chain and the log.
base::Result<ReceiptVerification> verify_receipts(Installation& installation,
                                                  std::string_view which, Context& context);

}  // namespace sealpost::flow
