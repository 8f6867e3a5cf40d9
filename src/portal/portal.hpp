// The page behind contacts' links, one file that is the same for every message. sealpost-link(5),
// ADDRESS. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sealpost::portal {

// For a relay that serves it itself.
std::string own_page();
// For another web host: `relay` is the relay's address, scheme and authority alone, to which the
// page's requests go. kUsage for another form, so that nothing else gets into the page.
base::Result<std::string> page_for(std::string_view relay);

}  // namespace sealpost::portal
