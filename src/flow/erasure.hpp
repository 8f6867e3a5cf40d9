// Secrets that have to be gone for good. The vault overwrites what is erased, but the write-ahead
// log holds the page as it was until it is truncated; a process may die in between. So the
// transaction that erases leaves a mark, and whoever opens the vault next finishes the work.
#pragma once

#include <string>

#include "vault/vault.hpp"

namespace sealpost::flow {

// Inside the transaction that erases a secret. `which` tells it from the others, and is none
// itself.
base::Result<void> mark_erasure(vault::Vault& vault, const std::string& which);

// After it, and before anybody is told that the secret is gone. That another process reads the
// vault just now is no failure: the mark stays. Cheap when there is no mark.
base::Result<void> finish_erasure(vault::Vault& vault);

}  // namespace sealpost::flow
