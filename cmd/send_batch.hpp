// sealpost send --batch: messages as lines of JSON, and what became of each as another line.
#pragma once

#include <string>

#include "cmd/env.hpp"

namespace sealpost::cmd {

// From this file, "-" for standard input. kPartial when some messages were not sent, or contacts
// not told.
base::Result<void> send_batch(const std::string& file, bool no_notice, Env& env);

}  // namespace sealpost::cmd
