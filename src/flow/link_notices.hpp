// Notices of links to contacts: intended with the link, sent after the relay has the message, and
// marked when they were taken. sealpost-notify(1). One thread.
#pragma once

#include "flow/installation.hpp"
#include "notify/notifier.hpp"

namespace sealpost::flow {

// The page behind this organisation's links: the policy's, or the relay's own.
base::Result<std::string> link_page(const Installation& installation);
// How the organisation signs notices, and links as long as all that it makes.
base::Result<notify::Sender> notice_sender(const Installation& installation);

}  // namespace sealpost::flow
