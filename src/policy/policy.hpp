// The organisation's signed policy: which purposes exist, who may use them, how long things live.
// A statement of kind "policy" in the trust chain, sealpost-policy in sealpost-note(5). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/seams.hpp"
#include "note/statement.hpp"

namespace sealpost::policy {

struct Purpose {
  std::string name;                // lower-case letters, digits and dashes
  std::vector<std::string> roles;  // names of roles that may send for it; empty means every sender
};

struct Policy {
  std::vector<Purpose> purposes;
  std::uint64_t max_body = 1 << 20;     // bytes of a message's text
  base::milliseconds default_expiry{};  // of a message
  base::milliseconds max_expiry{};
};

// What an organisation starts with: general, test, test-results, appointment-reminder, billing.
Policy default_policy();
// The text of the statement (unsigned); kMalformed when a value cannot be written.
base::Result<std::string> format_policy(const Policy& policy, base::Time at);
base::Result<Policy> parse_policy(std::string_view text);

// Whether a sender of this role may send for the purpose. kUsage for an undeclared purpose, naming
// the nearest declared one as hint; kDenied when the role may not use it.
base::Result<void> check_purpose(const Policy& policy, std::string_view purpose,
                                 std::string_view role);

}  // namespace sealpost::policy
