// How a failed command says so: one line, a hint, or the JSON of sealpost-json(5).
#pragma once

#include "base/seams.hpp"

namespace sealpost::ui {

void print_error(base::Terminal& terminal, bool json, const base::Error& error);

}  // namespace sealpost::ui
