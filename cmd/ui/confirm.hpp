// Questions before something is lost.
#pragma once

#include <string_view>

#include "base/seams.hpp"
#include "cmd/globals.hpp"

namespace sealpost::ui {

// Asks "<question> [y/N]". Succeeds for yes, and at once with --yes. kInterrupted when the person
// says no, kUsage when nobody can be asked.
base::Result<void> confirm(base::Terminal& terminal, const cmd::Globals& globals,
                           std::string_view question);

}  // namespace sealpost::ui
