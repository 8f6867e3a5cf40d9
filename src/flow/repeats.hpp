// The same message again: the id that a key stands for, and what was sent under it before.
// Internal to flow. One thread.
#pragma once

#include <optional>
#include <string>

#include "flow/send.hpp"

namespace sealpost::flow {

// A new id, or the one that the request's key always has in this vault.
std::string message_id(const Installation& installation, const SendRequest& request,
                       Context& context);

// What was sent as `id` before, if it is confirmed. kConflict when it was something else.
base::Result<std::optional<Sent>> sent_before(const Installation& installation,
                                              const SendRequest& request, const std::string& id);

// With the link that the vault keeps of it.
base::Result<Sent> with_link(const vault::Vault& vault, Sent sent);

}  // namespace sealpost::flow
