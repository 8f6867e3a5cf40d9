#include "relay/handlers/departure.hpp"

#include "base/encoding.hpp"
#include "relay/handlers/register_rules.hpp"
#include "relay/statement.hpp"

namespace sealpost::relay {
namespace {

struct Rights {
  bool revoked = false;
  bool receives = false;
  bool has_prekeys = false;
  bool reads_register = false;
};

Rights rights_of(const Unit& unit, const std::string& name) {
  const auto policy = unit.directory.policy();
  return unit.directory.read([&](const trust::Chain& chain) {
    const trust::Device* device = chain.device(name);
    if (device == nullptr || device->revoked) return Rights{true, false, false, false};
    return Rights{false, trust::allowed(device->role, trust::Operation::kReceive),
                  trust::allowed(device->role, trust::Operation::kPublishPrekey),
                  may_read_register(*device, *policy)};
  });
}

// For the sender, who would wait for ever otherwise.
base::Result<std::string> dropped_receipt(const DroppedMessage& message, const std::string& device,
                                          const Unit& unit) {
  receipt::Receipt value;
  value.message = message.id;
  value.from = message.from;
  value.message_sha256 = message.sha256;
  value.state = receipt::State::kDropped;
  value.device = device;
  return sign_receipt(std::move(value), unit);
}

base::Result<Fact> tombstone_of(const DroppedMessage& message, const std::string& device,
                                const audit::Event& because, const Unit& unit) {
  TRY(std::string statement, dropped_receipt(message, device, unit));
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
  event.details["statement"] = base::to_hex(crypto::sha256(base::as_bytes(statement)));
  return Fact{std::move(event),
              NewEvidence{message.row, receipt::State::kDropped, unit.log_key.name(), message.from,
                          std::move(statement)}};
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
  if (!rights.reads_register) TRY(unit.store.remove_register_grants(device));
  if (!rights.has_prekeys) TRY(unit.store.remove_prekeys(device));
  if (rights.receives) return {};
  TRY(const auto dropped, unit.store.drop_queue(device));
  for (const DroppedMessage& message : dropped) {
    TRY(Fact fact, tombstone_of(message, device, because, unit));
    facts.push_back(std::move(fact));
    unit.arrivals.receipts.insert(message.from);
  }
  return rights.revoked ? drop_uploads(unit, device) : base::Result<void>();
}

base::Result<void> drop_stale_prekeys(Unit& unit, const std::string& device) {
  TRY(const auto stored, unit.store.reads().prekey(device));
  const bool holds = stored && unit.directory.read([&](const trust::Chain& chain) {
    const auto prekey = trust::verify_prekey(chain, *stored, unit.now);
    return prekey || prekey.error().code != base::Code::kVerificationFailed;
  });
  if (holds) return {};
  TRY(unit.store.remove_register_grants(device));
  return unit.store.remove_prekeys(device);
}

base::Result<void> follow_key(Unit& unit, const std::string& name) {
  const auto keys = unit.directory.read([&](const trust::Chain& chain) {
    const trust::Device* device = chain.device(name);
    return device != nullptr && device->rekeyed ? device->keys : std::vector<note::Verifier>();
  });
  if (keys.size() < 2) return {};
  unit.arrivals.mail.insert(name);
  TRY(auto proof, unit.store.reads().mfa_proof(name));
  const note::Verifier& before = keys[keys.size() - 2];
  if (!proof || proof->key != base::to_bytes(before.key())) return {};
  proof->key = base::to_bytes(keys.back().key());
  return unit.store.set_mfa_proof(*proof);
}

}  // namespace sealpost::relay
