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
  TRY(follow(installation, relay, stream, context.clock.now()));
  return relay;
}

base::Result<void> meet_register(Installation& installation, client::RelayClient& relay,
                                 reg::Stream stream, Context& context) {
  TRY(check_holds(installation, context.clock.now()));
  TRY(tend_register(installation, relay, stream, Beginning::kLeft, context));
  return follow(installation, relay, stream, context.clock.now());
}

base::Result<void> catch_up_register(Installation& installation, reg::Stream stream,
                                     Context& context) {
  TRY(client::RelayClient relay, connect(installation, context));
  TRY(sync_trust(installation, relay));
  TRY(check_holds(installation, context.clock.now()));
  auto followed = follow(installation, relay, stream, context.clock.now());
  if (followed || followed.error().code != base::Code::kBusy) return followed;
  TRY(client::RelayClient visited, visit(installation, context));
  return meet_register(installation, visited, stream, context);
}

base::Result<void> check_known(const Installation& installation, reg::Stream stream,
                               base::Time now) {
  TRY(check_holds(installation, now));
  TRY(const StreamState state, load_stream(installation.vault(), stream));
  if (!state.looked) {
    return base::Error{
        base::Code::kBusy,
        fmt::format("this device has never read the register's {}", reg::stream_name(stream)),
        "the relay has it; try again when it can be reached"};
  }
  return stream == reg::Stream::kPeople ? check_keys(installation.vault()) : base::Result<void>();
}

}  // namespace sealpost::flow
