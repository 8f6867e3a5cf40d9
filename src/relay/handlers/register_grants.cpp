// Keys of streams on their way: a device that has them leaves them, sealed, for one that may have
// them. The relay keeps the newest for each device.
#include "base/encoding.hpp"
#include "relay/handlers/handlers.hpp"
#include "relay/handlers/register_rules.hpp"

namespace sealpost::relay {
namespace {

using base::Code;

base::Result<void> check_form(const wire::RegisterGrants& all) {
  for (const wire::RegisterGrant& grant : all.grants) {
    if (!trust::parse_device_name(grant.device) || grant.epoch == 0 || grant.file.empty()) {
      return base::Error{Code::kMalformed, "a grant names a device and an epoch, and has a file",
                         ""};
    }
  }
  return {};
}

base::Result<void> check_reader(const Unit& unit, const std::string& device) {
  const auto policy = unit.directory.policy();
  return unit.directory.read([&](const trust::Chain& chain) {
    return check_register_reader(chain, *policy, device, unit.now);
  });
}

base::Result<bool> is_last_resort(MetaReader& store, const wire::RegisterGrant& grant) {
  TRY(const auto stored, store.prekey(grant.device));
  if (!stored) return false;
  TRY(const note::Note note, note::parse(*stored));
  TRY(const trust::Prekey prekey, trust::parse_prekey(note.text));
  return prekey.id == grant.prekey;
}

// One that this user got here, or the last resort: to anything else the device has no secret.
base::Result<void> check_prekey(Unit& unit, const Caller& caller,
                                const wire::RegisterGrant& grant) {
  TRY(const bool taken,
      unit.store.took_once_prekey(grant.device, grant.prekey, user_of(caller.name)));
  if (taken) return {};
  TRY(const bool last_resort, is_last_resort(unit.store.reads(), grant));
  if (last_resort) return {};
  return base::Error{Code::kConflict, "a grant for " + grant.device + " is not to a key of it",
                     "claim a prekey of it and try again"};
}

Fact granting_of(const Unit& unit, const Request& request, const wire::RegisterGrant& grant) {
  audit::Event event = event_of(request, "register.grant", unit.now);
  event.objects = {request.path.front(), grant.device};
  event.details["epoch"] = std::to_string(grant.epoch);
  event.details["grant"] = base::to_hex(crypto::sha256(grant.file));
  return Fact{std::move(event)};
}

// False when the device has this one, or one of a newer epoch.
base::Result<bool> is_news(MetaReader& store, std::string_view stream,
                           const wire::RegisterGrant& grant) {
  TRY(const auto known, store.register_grant(stream, grant.device));
  return !known || known->epoch < grant.epoch ||
         (known->epoch == grant.epoch && known->file != grant.file);
}

base::Result<Written> grant_all(Unit& unit, const Request& request,
                                const wire::RegisterGrants& all) {
  TRY(still_active(unit, request.caller));
  const std::string& stream = request.path.front();
  TRY(const RegisterHead head, unit.store.reads().register_head(stream));
  std::vector<Fact> facts;
  for (const wire::RegisterGrant& grant : all.grants) {
    TRY(check_reader(unit, grant.device));
    if (grant.epoch > head.epoch) {
      return base::Error{Code::kConflict, "a grant is of an epoch that has not begun", ""};
    }
    TRY(const bool news, is_news(unit.store.reads(), stream, grant));
    if (!news) continue;
    TRY(check_prekey(unit, request.caller, grant));
    TRY(unit.store.set_register_grant(stream, grant));
    facts.push_back(granting_of(unit, request, grant));
  }
  return Written{Reply{}, Record::of(std::move(facts))};
}

base::Result<Written> miss(Unit& unit, const Request& request) {
  TRY(still_active(unit, request.caller));
  const std::string& stream = request.path.front();
  TRY(const auto grant, unit.store.reads().register_grant(stream, request.caller.name));
  if (!grant) return Written{Reply{}, Record::repeat()};
  TRY(unit.store.remove_register_grant(stream, request.caller.name));
  audit::Event event = event_of(request, "register.miss", unit.now);
  event.objects = {stream};
  event.details["epoch"] = std::to_string(grant->epoch);
  event.details["grant"] = base::to_hex(crypto::sha256(grant->file));
  return Written{Reply{}, Record::of(Fact{std::move(event)})};
}

}  // namespace

base::Result<Outcome> post_register_grants(Request& request, Engine&) {
  TRY(check_stream(request.path.front()));
  TRY(wire::RegisterGrants all, wire::parse_register_grants(request.body));
  TRY(check_form(all));
  request.body.clear();
  return Outcome(Change(
      [request, all = std::move(all)](Unit& unit) { return grant_all(unit, request, all); }));
}

base::Result<Outcome> post_register_missed(Request& request, Engine&) {
  TRY(check_stream(request.path.front()));
  return Outcome(Change([request](Unit& unit) { return miss(unit, request); }));
}

}  // namespace sealpost::relay
