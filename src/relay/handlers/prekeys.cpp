// Prekeys: publishing one's own, claiming those of others, asking what is left. One-time prekeys
// are handed out by the writer thread, so that nobody gets one that another has; when there are
// none, or the claimer has had its share, the last-resort prekey is handed out without being used
// up.
#include <set>

#include "relay/handlers/handlers.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

constexpr std::size_t kMaxStock = 2 * wire::kPrekeyStock;  // one-time prekeys of a device
// Of one device's one-time prekeys, what one user gets within a day, or until the device fills its
// stock again when that takes longer.
constexpr std::uint64_t kShare = 32;
constexpr std::chrono::hours kShareWindow{24};

struct Published {
  std::optional<OncePrekey> last_resort;
  std::vector<OncePrekey> once;
  std::vector<std::string> withdrawn;
};

base::Result<trust::Prekey> verify_own(const Engine& engine, const Request& request,
                                       const std::string& note) {
  auto prekey = engine.directory.read([&](const trust::Chain& chain) {
    return trust::verify_prekey(chain, note, engine.seams.clock.now());
  });
  if (!prekey || prekey->device.str() == request.caller.name) return prekey;
  return base::Error{base::Code::kDenied, "a device publishes its own prekeys", ""};
}

// On the server's thread, because a hundred signatures would hold the writer up.
base::Result<Published> verify_all(const Engine& engine, const Request& request,
                                   wire::PrekeyBatch batch) {
  Published out;
  for (std::string& note : batch.prekeys) {
    TRY(const trust::Prekey prekey, verify_own(engine, request, note));
    OncePrekey published{prekey.id, std::move(note), prekey.expires};
    if (prekey.last_resort) {
      out.last_resort = std::move(published);
    } else {
      out.once.push_back(std::move(published));
    }
  }
  out.withdrawn = std::move(batch.withdrawn);
  return out;
}

struct Counted {
  std::size_t added = 0;
  std::size_t withdrawn = 0;
};

base::Result<Counted> change_stock(Unit& unit, const std::string& device, const Published& all) {
  Counted count;
  for (const std::string& id : all.withdrawn) {
    TRY(const bool gone, unit.store.withdraw_once_prekey(device, id));
    count.withdrawn += gone ? 1 : 0;
  }
  for (const OncePrekey& prekey : all.once) {
    TRY(const bool news, unit.store.add_once_prekey(device, prekey, unit.now));
    count.added += news ? 1 : 0;
  }
  if (count.added == 0) return count;
  TRY(const auto left, unit.store.reads().once_prekeys(device, unit.now));
  if (left.size() <= kMaxStock) return count;
  return base::Error{base::Code::kDenied, "a device may not keep so many prekeys at the relay", ""};
}

// False when it is there already.
base::Result<bool> set_last_resort(Unit& unit, const std::string& device, const Published& all) {
  if (!all.last_resort) return false;
  TRY(const auto stored, unit.store.reads().prekey(device));
  if (stored == all.last_resort->note) return false;
  TRY(unit.store.set_prekey(device, all.last_resort->note));
  return true;
}

base::Result<Written> publish(Unit& unit, const Request& request, const Published& all) {
  TRY(still_active(unit, request.caller));
  const std::string& device = request.caller.name;
  TRY(const bool rotated, set_last_resort(unit, device, all));
  TRY(const Counted count, change_stock(unit, device, all));
  if (!rotated && count.added == 0 && count.withdrawn == 0) {
    return Written{Reply{}, Record::repeat()};
  }
  audit::Event event = event_of(request, "prekey.publish", unit.now);
  if (rotated) event.details["prekey"] = all.last_resort->id;
  if (count.added > 0) event.details["once"] = std::to_string(count.added);
  if (count.withdrawn > 0) event.details["withdrawn"] = std::to_string(count.withdrawn);
  return Written{Reply{}, Record::of(Fact{std::move(event)})};
}

// For messages, or for the register's keys.
bool may_be_sealed_to(const Unit& unit, const std::string& device) {
  return unit.directory.read([&](const trust::Chain& chain) {
    const auto active = chain.active_device(device, unit.now);
    return active && trust::allowed((*active)->role, trust::Operation::kPublishPrekey);
  });
}

struct Handed {
  std::string note;  // empty when the device has none
  bool once = false;
};

base::Result<Handed> hand_out(Unit& unit, const std::string& device, const std::string& claimer) {
  if (!may_be_sealed_to(unit, device)) return Handed{};
  TRY(const std::uint64_t taken,
      unit.store.once_prekeys_taken(device, claimer, unit.now - kShareWindow));
  if (taken < kShare) {
    TRY(auto once, unit.store.take_once_prekey(device, claimer, unit.now));
    if (once) return Handed{*std::move(once), true};
  }
  TRY(auto last_resort, unit.store.reads().prekey(device));
  return Handed{std::move(last_resort).value_or(""), false};
}

// Whose prekeys were handed out, and how many of them were the last resort.
Fact claim_of(const Unit& unit, const Request& request, const wire::ClaimedPrekeys& out,
              std::size_t last_resorts) {
  audit::Event event = event_of(request, "prekey.claim", unit.now);
  std::set<std::string> devices;
  std::size_t count = 0;
  for (const wire::ClaimedPrekey& item : out.prekeys) {
    if (item.prekey.empty()) continue;
    devices.insert(item.device);
    ++count;
  }
  event.objects.assign(devices.begin(), devices.end());
  event.details["count"] = std::to_string(count);
  if (last_resorts > 0) event.details["last-resort"] = std::to_string(last_resorts);
  return {std::move(event)};
}

base::Result<Written> claim_all(Unit& unit, const Request& request, const wire::PrekeyClaim& claim,
                                Metrics& metrics) {
  const std::string claimer = user_of(request.caller.name);
  wire::ClaimedPrekeys out;
  std::size_t last_resorts = 0;
  for (const std::string& device : claim.devices) {
    TRY(Handed handed, hand_out(unit, device, claimer));
    if (!handed.note.empty()) metrics.prekey_claimed(handed.once);
    if (!handed.note.empty() && !handed.once) ++last_resorts;
    out.prekeys.push_back({device, std::move(handed.note)});
  }
  Fact fact = claim_of(unit, request, out, last_resorts);
  return Written{cbor(wire::to_cbor(out)), Record::of(std::move(fact))};
}

}  // namespace

std::string user_of(std::string_view device) {
  return std::string(device.substr(0, device.rfind('/')));
}

base::Result<Outcome> post_prekeys(Request& request, Engine& engine) {
  TRY(wire::PrekeyBatch batch, wire::parse_prekey_batch(request.body));
  TRY(Published all, verify_all(engine, request, std::move(batch)));
  request.body.clear();
  return Outcome(
      Change([request, all = std::move(all)](Unit& unit) { return publish(unit, request, all); }));
}

base::Result<Outcome> post_prekey_claim(Request& request, Engine& engine) {
  TRY(wire::PrekeyClaim claim, wire::parse_prekey_claim(request.body));
  const std::string id = claim.id;
  const Change change = [request, claim = std::move(claim), &metrics = engine.metrics](Unit& unit) {
    return claim_all(unit, request, claim, metrics);
  };
  TRY(Change only, once(request, id, change));
  return Outcome(std::move(only));
}

base::Result<Outcome> get_prekeys(Request& request, Engine& engine) {
  TRY(const MetaStore::Reading store, engine.store->read());
  wire::PrekeyStock out;
  TRY(out.once, store->once_prekeys(request.caller.name, engine.seams.clock.now()));
  TRY(auto last_resort, store->prekey(request.caller.name));
  out.last_resort = std::move(last_resort).value_or("");
  return Outcome(cbor(wire::to_cbor(out)));
}

}  // namespace sealpost::relay
