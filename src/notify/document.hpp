// A notice as one JSON object, as commands and the sandbox's file get it. sealpost-notify(1),
// sealpost-config(5). Pure.
#pragma once

#include "notify/carrier.hpp"
#include "notify/secret_text.hpp"

namespace sealpost::notify {

enum class Link { kInText, kAlone };  // only in the text, or in a member of its own as well

// One line with its end.
SecretText notice_document(const Letter& letter, Link link);

}  // namespace sealpost::notify
