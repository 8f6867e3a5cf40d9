// What the routes of the register have in common: which streams there are, who may read them, and
// the form of what names a contact. sealpost-register(5). Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "policy/policy.hpp"
#include "trust/chain.hpp"

namespace sealpost::relay {

base::Result<void> check_stream(std::string_view stream);  // kNotFound
bool is_contact_id(std::string_view text);                 // "c-" and 32 hex digits
bool is_grant_id(std::string_view text);                   // 32 hex digits

// By its role, and a service by its purposes: one of them must be the policy's, for services.
bool may_read_register(const trust::Device& device, const policy::Policy& policy);
// The device also stands at this time; kNotFound, kRevoked, kDenied.
base::Result<void> check_register_reader(const trust::Chain& chain, const policy::Policy& policy,
                                         std::string_view device, base::Time now);

}  // namespace sealpost::relay
