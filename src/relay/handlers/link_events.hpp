// What the handlers of contacts' links share.
#pragma once

#include "relay/engine.hpp"
#include "relay/request.hpp"
#include "relay/unit.hpp"

namespace sealpost::relay {

// As often from one address as one device may ask; kBusy.
base::Result<void> take_link_turn(Engine& engine, const std::string& address);

// An event about the link's message, by nobody that is known: the relay's word.
Fact link_fact(const Unit& unit, const Request& request, const StoredLink& link,
               std::string_view event);

}  // namespace sealpost::relay
