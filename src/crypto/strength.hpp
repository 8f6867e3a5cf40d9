// Whether a passphrase that somebody chose stands up to guessing, by libpwquality with rules of our
// own: sealpost(1), PASSPHRASES. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "crypto/secret.hpp"

namespace sealpost::crypto {

// kUsage with the library's reason for what is too weak. `user` is a name that must not stand in
// it; may be empty. The library works on copies of its own in ordinary memory, which it does not
// wipe.
base::Result<void> check_strength(const SecretBytes& passphrase, const std::string& user);

}  // namespace sealpost::crypto
