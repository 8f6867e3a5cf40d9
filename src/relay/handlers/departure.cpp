#include "relay/handlers/departure.hpp"

#include "base/encoding.hpp"

namespace sealpost::relay {
namespace {

struct Rights {
  bool revoked = false;
  bool receives = false;
};

Rights rights_of(const Unit& unit, const std::string& name) {
  return unit.directory.read([&](const trust::Chain& chain) {
    const trust::Device* device = chain.device(name);
    if (device == nullptr || device->revoked) return Rights{true, false};
    return Rights{false, trust::allowed(device->role, trust::Operation::kReceive)};
  });
}

Fact tombstone_of(const DroppedMessage& message, const std::string& device,
                  const audit::Event& because) {
  audit::Event event;
  event.at = because.at;
  event.event = "message.drop";
  event.actor = because.actor;
  event.address = because.address;
  event.request = because.request;
  event.message = message.id;
  event.objects = {device};
  event.purpose = message.purpose;
  event.details["sha256"] = base::to_hex(message.sha256);
  return {std::move(event), std::nullopt};
}

base::Result<void> drop_uploads(Unit& unit, const std::string& device) {
  TRY(const auto blobs, unit.store.reads().unnamed_blobs(device));
  for (const std::string& id : blobs) {
    TRY(unit.store.remove_blob(id));
    unit.files.push_back(id);
  }
  return {};
}

}  // namespace

base::Result<void> clear_after(Unit& unit, const std::string& device, const audit::Event& because,
                               std::vector<Fact>& facts) {
  const Rights rights = rights_of(unit, device);
  unit.arrivals.mail.insert(device);
  if (rights.receives) return {};
  TRY(unit.store.remove_prekeys(device));
  TRY(const auto dropped, unit.store.drop_queue(device));
  for (const DroppedMessage& message : dropped) {
    facts.push_back(tombstone_of(message, device, because));
  }
  return rights.revoked ? drop_uploads(unit, device) : base::Result<void>();
}

base::Result<void> drop_stale_prekeys(Unit& unit, const std::string& device) {
  TRY(const auto stored, unit.store.reads().prekey(device));
  if (!stored) return {};
  const bool holds = unit.directory.read([&](const trust::Chain& chain) {
    const auto prekey = trust::verify_prekey(chain, *stored, unit.now);
    return prekey || prekey.error().code != base::Code::kVerificationFailed;
  });
  return holds ? base::Result<void>() : unit.store.remove_prekeys(device);
}

}  // namespace sealpost::relay
