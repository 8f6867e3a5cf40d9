// Receipts about messages that this device sent, as the relay hands them out: verified, stored, and
// answered where a device needs a new header. One thread.
#pragma once

#include <string>
#include <vector>

#include "flow/sync.hpp"

namespace sealpost::flow {

// What becomes of receipts that do not hold: a sentence for each, or all from there on are left for
// the next who reports them.
enum class Refused { kReported, kLeft };

// Fetches what is new, verifies signature, subject and signer of each, and stores those that hold.
// Returns what is wrong with the others.
base::Result<std::vector<std::string>> collect_receipts(Installation& installation,
                                                        client::RelayClient& relay,
                                                        Refused refused);

// The cursor behind which receipts are new.
base::Result<std::uint64_t> receipts_cursor(const vault::Vault& vault);

}  // namespace sealpost::flow
