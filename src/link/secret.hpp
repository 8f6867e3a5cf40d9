// The secret of a link and the web address that carries it. sealpost-link(5), ADDRESS. Pure but for
// randomness, thread-safe.
#pragma once

#include <string_view>

#include "crypto/secret.hpp"

namespace sealpost::link {

using LinkSecret = crypto::Secret<16, struct LinkSecretTag>;

// `page` "#" base64url of the secret. Opens the message, so it is handled like a key.
crypto::SecretBytes format_address(std::string_view page, const LinkSecret& secret);

}  // namespace sealpost::link
