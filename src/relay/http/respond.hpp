// Answers as libmicrohttpd sends them.
#pragma once

#include <microhttpd.h>

#include "relay/written.hpp"

namespace sealpost::relay {

// Queues the answer. Its body is borrowed until the request is completed; its file is taken over.
MHD_Result respond(MHD_Connection* connection, Reply& reply);

}  // namespace sealpost::relay
