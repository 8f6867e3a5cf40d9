// What a device does whenever it meets its relay, before anything else: ask whether it is ordered
// wiped, catch up with trust chain and log, see that it still stands, renew its certificate, fill
// its stock of prekeys, hand in receipts and entries of its journal that waited, and answer devices
// that could not open what it sent.
#pragma once

#include <string_view>

#include "flow/sync.hpp"
#include "receipt/receipt.hpp"

namespace sealpost::flow {

// The client to go on with. kRevoked or kDenied when this device's certificate ended; kRevoked also
// when it is to be wiped (flow/wiping.hpp).
base::Result<client::RelayClient> visit(Installation& installation, Context& context);

// Signs what this device says about a message and keeps it until the relay has it. Call inside the
// transaction that makes it true.
struct Witnessed {
  std::string message;
  std::string from;
  crypto::Digest message_sha256{};
  receipt::State state = receipt::State::kDelivered;
};
base::Result<void> queue_receipt(Installation& installation, const Witnessed& witnessed,
                                 base::Time now);

// Hands in what queue_receipt() kept. Safe to repeat. Whether something that it said was delivered
// is taken back: the recall is in the inbox.
base::Result<bool> flush_receipts(Installation& installation, client::RelayClient& relay);
base::Result<std::uint64_t> waiting_receipts(const Installation& installation);

}  // namespace sealpost::flow
