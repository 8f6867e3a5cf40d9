// What `watch` tells, as JSON and in words.
#pragma once

#include <string>

#include "flow/watch.hpp"
#include "text/ordered_json.hpp"

namespace sealpost::cmd {

text::OrderedJson recall_json(const flow::RecallRecord& recall);
text::OrderedJson order_json(const flow::Obeyed& order);
text::OrderedJson connection_json(bool away);

std::string message_text(const flow::Listed& message);
std::string receipt_text(const flow::Listed& message, const flow::Progressed& recipient);
std::string recall_text(const flow::RecallRecord& recall);
std::string order_text(const flow::Obeyed& order);

}  // namespace sealpost::cmd
