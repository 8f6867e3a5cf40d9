// The inbox: envelopes in order, with a long poll.
#include "relay/handlers/handlers.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

constexpr std::uint64_t kDefaultLimit = 64;
constexpr std::uint64_t kMaxWaitSeconds = 60;
constexpr std::size_t kMaxInboxBytes = 12 << 20;

// A device may have been revoked while it waited, or its user's role changed.
base::Result<void> check_standing(Engine& engine, const std::string& name) {
  const base::Time now = engine.seams.clock.now();
  return engine.directory.read([&](const trust::Chain& chain) -> base::Result<void> {
    TRY(const trust::Device* device, chain.active_device(name, now));
    if (trust::allowed(device->role, trust::Operation::kReceive)) return {};
    return base::Error{base::Code::kDenied, "the role of this device has changed", ""};
  });
}

base::Result<std::optional<Reply>> look(Engine& engine, const std::string& device,
                                        std::uint64_t after, std::size_t limit, bool last) {
  TRY(check_standing(engine, device));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const wire::Inbox inbox,
      store->inbox(device, after, limit, kMaxInboxBytes, engine.seams.clock.now()));
  if (inbox.deliveries.empty() && !last) return std::optional<Reply>();
  return std::optional(cbor(wire::to_cbor(inbox)));
}

}  // namespace

base::Result<Outcome> get_inbox(Request& request, Engine& engine) {
  TRY(const Parameters parameters, Parameters::parse(request.query, {"after", "limit", "wait"}));
  TRY(const std::uint64_t after, parameters.number("after", 0, INT64_MAX));
  TRY(const std::uint64_t limit, parameters.number("limit", kDefaultLimit, wire::kMaxBatch));
  TRY(const std::uint64_t wait, parameters.number("wait", 0, UINT32_MAX));
  if (limit == 0) return base::Error{base::Code::kMalformed, "limit must be at least 1", ""};
  Poll poll;
  poll.device = request.caller.name;
  poll.wait = std::chrono::seconds(std::min(wait, kMaxWaitSeconds));
  poll.look = [&engine, device = poll.device, after, limit](bool last) {
    return look(engine, device, after, limit, last);
  };
  return Outcome(std::move(poll));
}

}  // namespace sealpost::relay
