// New headers for devices that could not open a message: the payload stays as it is at the relay,
// and its file key is sealed once more, for a prekey that the device has published since.
// sealpost-message(5), FAN-OUT. One thread.
#pragma once

#include <string>
#include <vector>

#include "flow/sync.hpp"

namespace sealpost::flow {

// Serves whoever waits, as far as collect_receipts() knows; a device without a new prekey goes on
// waiting. Safe to repeat. Returns a sentence for each prekey that does not verify; fails when the
// relay cannot be reached or the vault not be written.
base::Result<std::vector<std::string>> send_new_headers(Installation& installation,
                                                        client::RelayClient& relay,
                                                        Context& context);

// What every visit does about it, when this vault has sent anything that was not opened yet:
// fetches receipts and serves who waits. What fails, or does not hold, is left for later and for
// those who report it; only kInterrupted is returned.
base::Result<void> answer_devices(Installation& installation, client::RelayClient& relay,
                                  Context& context);

}  // namespace sealpost::flow
