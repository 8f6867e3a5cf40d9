// Events of the audit log as `audit` shows them.
#pragma once

#include <string>

#include "cmd/env.hpp"
#include "flow/log_query.hpp"

namespace sealpost::cmd {

// The members of {"type":"audit-event",...}, sealpost-json(5), behind those that are there.
void add_event(text::OrderedJson& document, const flow::LoggedEvent& logged);

// What the log tells of devices' journals, when it tells anything.
std::string words_on_breaks(std::uint64_t breaks);

// One line.
std::string words_on(const flow::LoggedEvent& logged);

}  // namespace sealpost::cmd
