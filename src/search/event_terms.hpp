// What an event is found by, as numbers: one for each text that a filter compares whole. Two texts
// may have one number; who finds an event by it compares the event itself. Private to this module.
// Pure, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audit/filter.hpp"

namespace sealpost::search {

using Term = std::uint32_t;

// Sorted, each once. Success is no term: nearly every event has it.
std::vector<Term> terms_of(const audit::Event& event);

// Terms of which an event must have one of each group. `names` are the event names that there are.
std::vector<std::vector<Term>> terms_of(const audit::Filter& filter,
                                        const std::vector<std::string>& names);

}  // namespace sealpost::search
