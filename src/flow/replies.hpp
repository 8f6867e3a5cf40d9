// What contacts send back through their links: fetched, opened, proven, stored as messages, and
// only then forgotten by the relay. sealpost-link(5), REPLY. One thread.
#pragma once

#include "flow/fetch.hpp"

namespace sealpost::flow {

// Everything that waits for this device; what is refused for good is added to `fetched`. Safe to
// repeat, and to kill at any point: what is fetched twice is stored once.
base::Result<void> collect_replies(Installation& installation, client::RelayClient& relay,
                                   Context& context, Fetched& fetched);

// The id under which a reply is stored as a message.
std::string message_id_of_reply(std::string_view message, std::string_view reply);

}  // namespace sealpost::flow
