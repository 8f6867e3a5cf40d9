// The value of an "attachment" field, sealpost-message(5), ATTACHMENTS. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "message/header.hpp"

namespace sealpost::message {

// Both fail with kMalformed, saying what is out of form; never quoting the key.
base::Result<std::string> format_attachment(const Attachment& attachment);
base::Result<Attachment> parse_attachment(std::string_view value);

}  // namespace sealpost::message
