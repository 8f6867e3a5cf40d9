#include "cmd/policy_limits.hpp"

#include <fmt/format.h>

#include "cmd/session.hpp"
#include "flow/passphrase.hpp"

namespace sealpost::cmd {
namespace {

constexpr base::milliseconds kNotice = std::chrono::days(14);

base::Result<void> check_age(Env& env, const config::Profile& profile, vault::Vault& vault,
                             base::milliseconds limit) {
  const base::Time now = env.clock.now();
  TRY(const base::Time since, flow::passphrase_since(vault, now));
  const base::milliseconds left = since + limit - now;
  if (left.count() <= 0) {
    return base::Error{
        base::Code::kDenied,
        fmt::format("the passphrase of {} is {} old, and the policy allows {}", profile.name,
                    ui::human_span(now - since), ui::human_span(limit)),
        "`sealpost key passphrase` sets a new one"};
  }
  if (left <= std::min(kNotice, limit / 2)) {
    env.out.warn(
        fmt::format("the passphrase of {} is too old in {}: `sealpost key passphrase` "
                    "sets a new one",
                    profile.name, ui::human_span(left)));
  }
  return {};
}

}  // namespace

base::Result<void> obey_policy(Env& env, const config::Profile& profile,
                               const flow::Installation& installation) {
  TRY(const policy::Policy policy, installation.policy());
  if (policy.idle_lock) {
    // Where no agent keeps the vault open there is nothing to shorten.
    const auto told = agent::lower_idle(agent_address(env, profile), *policy.idle_lock);
    static_cast<void>(told.has_value());
  }
  if (!policy.passphrase_age) return {};
  return check_age(env, profile, installation.vault(), *policy.passphrase_age);
}

}  // namespace sealpost::cmd
