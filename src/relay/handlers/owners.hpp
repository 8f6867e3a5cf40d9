// The last owner: what would leave the organisation without anybody who can act for it is refused,
// in the transaction, so that two owners who end each other at once do not both succeed.
// sealpost-relay(8).
#pragma once

#include <string_view>

#include "relay/unit.hpp"

namespace sealpost::relay {

// Whether an owner's device stands, other than `except`, that nobody has ordered wiped.
base::Result<bool> has_owner(const Unit& unit, std::string_view except = {});

// kConflict.
base::Error last_owner();

}  // namespace sealpost::relay
