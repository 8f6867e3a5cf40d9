// Messages as `inbox`, `sent` and `read` show them.
#pragma once

#include <string>
#include <vector>

#include "cmd/env.hpp"
#include "flow/mailbox.hpp"
#include "flow/receipts.hpp"

namespace sealpost::cmd {

// The members of {"type":"message",...}, sealpost-json(5).
text::OrderedJson message_json(const flow::Listed& message);

// The members of {"type":"receipt",...}: how far one recipient has come with a sent message.
text::OrderedJson receipt_json(const flow::Listed& message, const flow::Progressed& recipient);

// "dr.lee" of "mercy.example/dr.lee/laptop" or "mercy.example/dr.lee".
std::string user_of(std::string_view full_name);

// One line each: a table, or NDJSON.
base::Result<void> print_messages(Env& env, const std::vector<flow::Listed>& messages);

}  // namespace sealpost::cmd
