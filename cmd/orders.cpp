#include "cmd/orders.hpp"

#include "cmd/session.hpp"
#include "flow/wiping.hpp"

namespace sealpost::cmd {

base::Result<void> check_not_wiped(const Env& env, const config::Profile& profile) {
  if (!flow::is_ordered(profile.vault())) return {};
  flow::Context context{env.clock, env.random, env.interrupt};
  // An agent that does not answer loses its folder next.
  const auto lock_agent = [&] { static_cast<void>(agent::lock(agent_address(env, profile))); };
  TRY(const flow::Obeyed obeyed, flow::obey_order(profile.vault(), lock_agent, context));
  return flow::wiped_error(obeyed);
}

base::Result<void> ask_for_orders(const Env& env, const config::Profile& profile) {
  flow::Context context{env.clock, env.random, env.interrupt};
  const auto asked = flow::ask_for_order(profile.vault(), context);
  if (asked) return check_not_wiped(env, profile);
  const base::Error& error = asked.error();
  env.out.warn(error.text + (error.hint.empty() ? "" : " (" + error.hint + ")"));
  return {};
}

base::Result<void> obey_afterwards(const Env& env, base::Result<void> done) {
  if (!env.opened) return done;
  // A command that only handed something to the relay has not asked.
  const bool refused = !done && (done.error().code == base::Code::kRevoked ||
                                 done.error().code == base::Code::kKeyReplaced);
  if (refused) TRY(ask_for_orders(env, *env.opened));
  TRY(check_not_wiped(env, *env.opened));
  return done;
}

}  // namespace sealpost::cmd
