// The relay's own word on a message: accepted, expired, dropped. sealpost-receipt(5).
#pragma once

#include <string>

#include "receipt/receipt.hpp"
#include "relay/unit.hpp"

namespace sealpost::relay {

// Adds who says it, when, and with which log and trust chain in view, and signs. kMalformed when
// `what` is out of form.
base::Result<std::string> sign_receipt(receipt::Receipt what, const Unit& unit);

}  // namespace sealpost::relay
