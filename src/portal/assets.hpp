// The page as src/portal/build.mjs makes it. Internal to portal.
#pragma once

#include <string_view>

namespace sealpost::portal {

// With "@RELAY@" where the relay's address goes.
std::string_view page_template();

}  // namespace sealpost::portal
