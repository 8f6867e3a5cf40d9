// Rates as options take them. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace sealpost::cmd {

// Bytes per second: "500K", "20M", "1G" with K = 1024 bytes and so on, or plain bytes; "1.5M" is
// fine. Nothing is no limit: 0. kUsage for anything else, and below 1K.
base::Result<std::uint64_t> parse_rate(std::string_view text);

}  // namespace sealpost::cmd
