// How `outbox` says what is waiting, what was sent and what was given up. sealpost-outbox(1).
#pragma once

#include <string>
#include <vector>

#include "cmd/env.hpp"
#include "flow/outbox.hpp"

namespace sealpost::cmd {

base::Result<void> print_outbox(Env& env, const std::vector<flow::OutboxEntry>& entries);

// One line each; fails when one of them failed: with that one's code when all failed alike, else
// with kPartial.
base::Result<void> print_retried(Env& env, const std::vector<flow::Retried>& results);

std::string drop_question(const flow::OutboxEntry& entry, const flow::Asked& asked);
base::Result<void> print_dropped(Env& env, const std::string& id, const flow::Asked& asked);

}  // namespace sealpost::cmd
