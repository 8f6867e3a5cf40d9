// Prekeys: publishing one's own, claiming those of others. The last-resort prekey is handed out
// without being used up, so that claiming changes nothing.
#include "relay/handlers/handlers.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

base::Result<std::optional<Fact>> publish(Unit& unit, const Request& request,
                                          const std::string& prekey_note) {
  const auto prekey = unit.directory.read([&](const trust::Chain& chain) {
    return trust::verify_prekey(chain, prekey_note, unit.now);
  });
  if (!prekey) return prekey.error();
  if (prekey->device.str() != request.caller.name) {
    return base::Error{base::Code::kDenied, "a device publishes its own prekeys", ""};
  }
  TRY(const auto stored, unit.store.reads().prekey(request.caller.name));
  if (stored == prekey_note) return std::optional<Fact>();
  TRY(unit.store.set_prekey(request.caller.name, prekey_note));
  audit::Event event = event_of(request, "prekey.publish", unit.now);
  event.details["prekey"] = prekey->id;
  return std::optional(Fact{std::move(event), std::nullopt});
}

base::Result<Written> publish_all(Unit& unit, const Request& request,
                                  const wire::PrekeyBatch& batch) {
  TRY(still_active(unit, request.caller));
  std::vector<Fact> facts;
  for (const std::string& prekey : batch.prekeys) {
    TRY(auto fact, publish(unit, request, prekey));
    if (fact) facts.push_back(*std::move(fact));
  }
  return Written{Reply{}, Record::of(std::move(facts))};
}

bool may_receive(const Engine& engine, const std::string& device) {
  return engine.directory.read([&](const trust::Chain& chain) {
    const auto active = chain.active_device(device, engine.seams.clock.now());
    return active && trust::allowed((*active)->certificate.role, trust::Operation::kReceive);
  });
}

}  // namespace

base::Result<Outcome> post_prekeys(Request& request, Engine&) {
  TRY(wire::PrekeyBatch batch, wire::parse_prekey_batch(request.body));
  return Outcome(Change([request, batch = std::move(batch)](Unit& unit) {
    return publish_all(unit, request, batch);
  }));
}

base::Result<Outcome> post_prekey_claim(Request& request, Engine& engine) {
  TRY(const wire::PrekeyClaim claim, wire::parse_prekey_claim(request.body));
  TRY(const MetaStore::Reading store, engine.store->read());
  wire::ClaimedPrekeys out;
  for (const std::string& device : claim.devices) {
    std::optional<std::string> prekey;
    if (may_receive(engine, device)) {
      TRY(prekey, store->prekey(device));
    }
    out.prekeys.push_back({device, prekey.value_or("")});
  }
  return Outcome(cbor(wire::to_cbor(out)));
}

}  // namespace sealpost::relay
