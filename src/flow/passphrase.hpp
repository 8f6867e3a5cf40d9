// When the passphrase of a vault was chosen, how old the policy lets it become, and how it is
// changed. The vault remembers it in row "passphrase" of kState.
#pragma once

#include <optional>

#include "policy/policy.hpp"
#include "vault/vault.hpp"

namespace sealpost::flow {

// For a vault that was just made.
base::Result<void> remember_passphrase(vault::Vault& vault, base::Time now);
// Wraps the vault key anew and leaves everything else as it is; nothing of the old wrapping stays
// in the file or its write-ahead log. All or nothing.
base::Result<void> change_passphrase(vault::Vault& vault, base::ByteView passphrase,
                                     const vault::Tuning& tuning, base::Time now);
// A vault that does not know when its passphrase was chosen counts from the first time it is asked.
base::Result<base::Time> passphrase_since(vault::Vault& vault, base::Time now);

}  // namespace sealpost::flow
