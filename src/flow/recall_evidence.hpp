// What a recall came to, from the receipts about its message: each verified by the key of who signs
// it, and nothing believed of the relay besides. Private to this module. Pure, thread-safe.
#pragma once

#include <vector>

#include "flow/recall.hpp"
#include "wire/messages.hpp"

namespace sealpost::flow {

// In the order in which the message was accepted for them. kVerificationFailed when a receipt is
// not its signer's, or about another message; when there is no acceptance, or one for other devices
// than this device sent it to; or when nothing is said of a recipient.
base::Result<std::vector<RecalledRecipient>> recalled_recipients(
    const Installation& installation, const RecallTarget& target,
    const wire::EvidenceList& evidence);

}  // namespace sealpost::flow
