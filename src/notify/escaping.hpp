// Text inside other formats. Pure, thread-safe.
#pragma once

#include <string_view>

#include "notify/secret_text.hpp"

namespace sealpost::notify {

// Inside the quotation marks of a JSON string (RFC 8259, 7).
void append_json(std::string_view text, SecretText& out);
// A value of application/x-www-form-urlencoded: all but letters, digits and -._~ as %XX.
void append_form(std::string_view text, SecretText& out);

}  // namespace sealpost::notify
