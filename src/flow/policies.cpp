#include "flow/policies.hpp"

#include <fmt/format.h>

#include <array>

#include "flow/sync.hpp"
#include "policy/settings.hpp"

namespace sealpost::flow {
namespace {

constexpr int kTries = 10;  // races lost to other changes of the trust chain

base::Result<policy::Policy> changed(const policy::Policy& policy, std::string_view key,
                                     std::string_view value) {
  using trust::Role;
  constexpr std::array kRoles{Role::kOwner,   Role::kAdmin,   Role::kMember,   Role::kService,
                              Role::kAuditor, Role::kPrivacy, Role::kCustodian};
  std::array<std::string_view, kRoles.size()> names;
  for (std::size_t i = 0; i < kRoles.size(); ++i) names[i] = trust::role_name(kRoles[i]);
  return policy::with_setting(policy, key, value, names);
}

base::Result<void> bring(const Installation& installation, const policy::Policy& policy,
                         client::RelayClient& relay, base::Time now) {
  TRY(const std::string text, policy::format_policy(policy, now, installation.views()));
  const std::string entry = note::sign(text, installation.signer());
  trust::Chain longer = installation.chain();
  TRY(longer.append(entry));
  return relay.append_trust({longer.size(), {entry}});
}

base::Error changed_meanwhile(std::string_view key, std::string_view value) {
  return {base::Code::kConflict, fmt::format("somebody else has just set {} to {}", key, value),
          "see `sealpost policy show`, and set it again if it should be otherwise"};
}

}  // namespace

base::Result<PolicyChange> set_policy(Installation& installation, std::string_view key,
                                      std::string_view value, Context& context) {
  TRY(client::RelayClient relay, connect(installation, context));
  TRY(sync_trust(installation, relay));
  TRY(policy::Policy in_force, installation.policy());
  TRY(const std::string before, policy::setting_of(in_force, key));
  for (int tries = 1;; ++tries) {
    TRY(const policy::Policy wanted, changed(in_force, key, value));
    TRY(const std::string after, policy::setting_of(wanted, key));
    if (wanted == in_force) return PolicyChange{before, after};
    const auto brought = bring(installation, wanted, relay, context.clock.now());
    if (!brought && (brought.error().code != base::Code::kConflict || tries == kTries)) {
      return brought.error();
    }
    TRY(sync_trust(installation, relay));
    if (brought) return PolicyChange{before, after};
    TRY(in_force, installation.policy());
    TRY(const std::string meanwhile, policy::setting_of(in_force, key));
    if (meanwhile != before) return changed_meanwhile(key, meanwhile);
  }
}

}  // namespace sealpost::flow
