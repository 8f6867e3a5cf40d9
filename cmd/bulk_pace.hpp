// How fast a bulk job goes, and when it stops: "50/s", "5%". Pure.
#pragma once

#include <string>

#include "flow/bulk.hpp"

namespace sealpost::cmd {

struct PaceOptions {
  std::string rate;          // "50/s", "1000/m", "20000/h"
  std::string max_failures;  // "20", "5%", "0.5%"
};
// kUsage.
base::Result<flow::BulkPace> pace_of(const PaceOptions& options);

}  // namespace sealpost::cmd
