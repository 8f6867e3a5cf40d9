#include "flow/registry.hpp"

#include <fmt/format.h>

namespace sealpost::flow {
namespace {

base::Result<void> check_holds(const Installation& installation, base::Time now) {
  TRY(const trust::Device* self, installation.self(now));
  TRY(const policy::Policy policy, installation.policy());
  if (may_hold(policy, *self)) return {};
  return base::Error{
      base::Code::kDenied,
      fmt::format("the role {} does not read the register", trust::role_name(self->role)),
      "see sealpost-register(5), KEYS"};
}

}  // namespace

base::Result<client::RelayClient> open_register(Installation& installation, reg::Stream stream,
                                                Context& context) {
  TRY(client::RelayClient relay, visit(installation, context));
  TRY(check_holds(installation, context.clock.now()));
  TRY(tend_register(installation, relay, stream, Beginning::kAllowed, context));
  TRY(follow(installation, relay, stream));
  return relay;
}

base::Result<void> meet_register(Installation& installation, client::RelayClient& relay,
                                 reg::Stream stream, Context& context) {
  TRY(check_holds(installation, context.clock.now()));
  TRY(tend_register(installation, relay, stream, Beginning::kLeft, context));
  return follow(installation, relay, stream);
}

base::Result<void> catch_up_register(Installation& installation, reg::Stream stream,
                                     Context& context) {
  TRY(client::RelayClient relay, connect(installation, context));
  TRY(sync_trust(installation, relay));
  TRY(check_holds(installation, context.clock.now()));
  auto followed = follow(installation, relay, stream);
  if (followed || followed.error().code != base::Code::kBusy) return followed;
  TRY(client::RelayClient visited, visit(installation, context));
  return meet_register(installation, visited, stream, context);
}

}  // namespace sealpost::flow
