// Waiting for the right to do something alone among the processes of a vault.
#pragma once

#include <string>

#include "flow/context.hpp"
#include "vault/vault.hpp"

namespace sealpost::flow {

// As Vault::lease(), waiting ten seconds for who has it; then `busy`. kInterrupted.
base::Result<vault::Lease> take_lease(const vault::Vault& vault, std::string_view what,
                                      const base::Error& busy, Context& context);

}  // namespace sealpost::flow
