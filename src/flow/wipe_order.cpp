#include "flow/wipe_order.hpp"

#include <fmt/format.h>

#include "flow/authority.hpp"
#include "flow/visit.hpp"
#include "text/uuid.hpp"

namespace sealpost::flow {
namespace {

using base::Code;
using base::Error;

base::Result<std::string> sign_order(const Installation& installation, const trust::Device& target,
                                     const std::string& reason, std::string& id, Context& context) {
  id = text::uuid_v7(context.clock.now(), context.random);
  const trust::Wipe order{id,
                          target.certificate.name,
                          trust::fingerprint(target.certificate.key.key()),
                          reason,
                          installation.log_view(),
                          installation.chain().view(),
                          context.clock.now()};
  TRY(const std::string text, trust::format(order));
  return note::sign(text, installation.signer());
}

base::Result<void> revoke(Installation& installation, client::RelayClient& relay,
                          const WipeRequest& request, Context& context) {
  const trust::Revocation revocation{request.device, request.reason, context.clock.now(),
                                     installation.views()};
  TRY(const std::string text, trust::format(revocation));
  const std::string entry = note::sign(text, installation.signer());
  trust::Chain longer = installation.chain();
  TRY(longer.append(entry));
  TRY(relay.append_trust({longer.size(), {entry}}));
  return sync_trust(installation, relay);
}

// The order held: it is of who may give it, and the answer is the device's. With which key.
base::Result<crypto::Digest> check_answer(const Installation& installation,
                                          const wire::OrderState& state, const trust::Wipe& order) {
  const trust::Chain& chain = installation.chain();
  TRY(const trust::Wiped wiped, trust::verify_wiped(chain, state.answer, state.voucher));
  if (wiped.order == order.id && wiped.device == order.device &&
      trust::holds_for(chain, order, wiped.key)) {
    return wiped.key;
  }
  return Error{Code::kVerificationFailed, "the device's answer is to another order", ""};
}

// What the relay would refuse is not asked, since it would be logged as an attempt.
bool may_know(const Installation& installation, const std::string& device) {
  const trust::Device* self = installation.chain().device(installation.signer().name());
  const auto other = trust::parse_device_name(device);
  if (self == nullptr || !other) return false;
  return trust::allowed(self->role, trust::Operation::kRevoke) ||
         other->user == self->certificate.name.user;
}

std::optional<base::Time> if_it_was(base::Time time) {
  return time == base::Time() ? std::nullopt : std::optional(time);
}

Error distrust(const std::string& why) {
  return {Code::kVerificationFailed, "what the relay says of the order does not hold: " + why,
          "tell the organisation's owner"};
}

}  // namespace

base::Result<Ordered> order_wipe(Installation& installation, const WipeRequest& request,
                                 Context& context) {
  TRY(client::RelayClient relay, visit(installation, context));
  const trust::Device* target = installation.chain().device(request.device);
  if (target == nullptr) {
    return Error{Code::kNotFound, fmt::format("there is no device {}", request.device), ""};
  }
  TRY(const trust::Device* self, installation.self(context.clock.now()));
  if (!trust::may_wipe(self, *target)) {
    return Error{Code::kDenied, fmt::format("you may not have {} wiped", request.device),
                 "owners and admins may, and the other devices of its user; itself never"};
  }
  const auto nobody = [](const std::string&) { return false; };
  const auto it = [&](const std::string& device) { return device == request.device; };
  const base::Time now = context.clock.now();
  if (trust::has_owner(installation.chain(), now, nobody) &&
      !trust::has_owner(installation.chain(), now, it)) {
    return last_owner(installation);
  }
  const bool revoked = target->revoked;
  const bool may = trust::may_revoke(self, target->certificate.name.user, target->role);
  Ordered ordered;
  TRY(const std::string order,
      sign_order(installation, *target, request.reason, ordered.id, context));
  TRY(relay.post_order(order));
  ordered.access = Access::kKept;
  if (revoked) ordered.access = Access::kRevokedBefore;
  if (revoked || request.keep_access) return ordered;
  ordered.access = may ? Access::kRevoked : Access::kNotOurs;
  if (may) TRY(revoke(installation, relay, request, context));
  return ordered;
}

base::Result<std::optional<WipeState>> wipe_state(const Installation& installation,
                                                  client::RelayClient& relay,
                                                  const std::string& device) {
  if (!may_know(installation, device)) return std::optional<WipeState>();
  const auto state = relay.order_state(device);
  if (!state && state.error().code == Code::kNotFound) return std::optional<WipeState>();
  if (!state) return state.error();
  const auto given = trust::verify_given_wipe(installation.chain(), state->order);
  if (!given) return distrust(given.error().text);
  if (given->order.device.str() != device) return distrust("it is for another device");
  WipeState out{given->order.id,
                given->by,
                given->order.reason,
                state->ordered,
                if_it_was(state->fetched),
                {},
                {}};
  if (state->wiped == base::Time()) return std::optional(std::move(out));
  const auto answered = check_answer(installation, *state, given->order);
  if (!answered) return distrust(answered.error().text);
  (*answered == given->order.key ? out.wiped : out.copy_wiped) = state->wiped;
  return std::optional(std::move(out));
}

}  // namespace sealpost::flow
