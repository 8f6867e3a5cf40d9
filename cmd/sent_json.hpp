// A message that was sent, as `send` and `send --batch` print it. sealpost-json(5).
#pragma once

#include "flow/send.hpp"
#include "text/ordered_json.hpp"

namespace sealpost::cmd {

text::OrderedJson sent_json(const flow::Sent& sent);

}  // namespace sealpost::cmd
