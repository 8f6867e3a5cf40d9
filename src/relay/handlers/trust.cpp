// The trust chain: reading it, adding to it, enrolling.
#include <algorithm>

#include "base/encoding.hpp"
#include "relay/admit.hpp"
#include "relay/handlers/departure.hpp"
#include "relay/handlers/handlers.hpp"
#include "relay/handlers/owners.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

constexpr std::size_t kMaxEntriesPerAnswer = 1024;
constexpr std::size_t kMaxEntryBytesPerAnswer = 6 << 20;

std::string hash_of(std::string_view statement) {
  return base::to_hex(crypto::sha256(base::as_bytes(statement)));
}

struct Word {
  std::string_view kind;
  std::string_view event;
};
constexpr std::array kWords{
    Word{"organisation", "org.create"},     Word{"relay", "relay.add"},
    Word{"policy", "policy.set"},           Word{"invitation", "member.invite"},
    Word{"revocation", "device.revoke"},    Word{"role", "member.role"},
    Word{"register-skip", "register.skip"},
};

struct Meaning {
  std::string event;
  std::vector<std::string> objects;
  std::string role = {};  // that is given
  // Devices whose right to receive may end with it.
  std::vector<std::string> ending = {};
};

// Of what the chain has taken in.
base::Result<Meaning> meaning_of(const std::string& text, const trust::Chain& chain) {
  TRY(const std::string kind, note::statement_kind(text));
  if (kind == "certificate") {
    TRY(const trust::Certificate certificate, trust::parse_certificate(text));
    return Meaning{
        certificate.number == 0 ? "member.join" : "device.renew", {certificate.name.str()}, {}, {}};
  }
  Meaning out;
  for (const Word& word : kWords) {
    if (word.kind == kind) out.event = word.event;
  }
  if (kind == "invitation") {
    TRY(const trust::Invitation invitation, trust::parse_invitation(text));
    out.objects = {invitation.key.name()};
  }
  if (kind == "revocation") {
    TRY(const trust::Revocation revocation, trust::parse_revocation(text));
    out.objects = {revocation.target};
    if (chain.device(revocation.target) != nullptr) out.ending = out.objects;
  }
  if (kind == "register-skip") {
    TRY(const trust::RegisterSkip skip, trust::parse_register_skip(text));
    out.objects = {skip.stream, skip.author};
  }
  if (kind == "role") {
    TRY(const trust::RoleChange change, trust::parse_role_change(text));
    out.objects = {chain.organisation() + "/" + change.user};
    out.role = trust::role_name(change.role);
    for (const trust::Device* device : chain.devices_of(change.user)) {
      if (!device->revoked) out.ending.push_back(device->certificate.name.str());
    }
  }
  return out;
}

// Whoever signed it saw this chain and this log: else every device would find it on another history
// than its own, and refuse the chain from then on.
base::Result<void> check_views(Unit& unit, std::string_view entry) {
  const auto seen = trust::views_in(entry);
  if (!seen) return {};
  TRY(unit.directory.read([&](const trust::Chain& chain) { return chain.check_view(entry); }));
  if (seen->log.size == 0) return {};
  const base::Error another{base::Code::kVerificationFailed,
                            "who signed the entry has seen another audit log", ""};
  if (seen->log.size > unit.log.size) return another;
  const merkle::NodeReader nodes = merkle::nodes_from_tiles(
      seen->log.size,
      [&unit](const merkle::TileId& tile) { return read_tile(unit.store.reads(), tile); });
  TRY(const crypto::Digest root, merkle::read_root(seen->log.size, nodes));
  return root == seen->log.hash ? base::Result<void>() : another;
}

// A device that is to be wiped gets no other key, under which it would not find its order.
base::Result<void> check_not_ordered(Unit& unit, const Meaning& meaning) {
  if (meaning.event != "device.renew") return {};
  TRY(const bool ordered,
      is_to_be_wiped(unit.store.reads(), unit.directory, meaning.objects.front()));
  if (!ordered) return {};
  return base::Error{base::Code::kRevoked, meaning.objects.front() + " is to be wiped", ""};
}

// Verifies, stores and describes one more entry, with all that follows from it. `event` carries who
// did it.
base::Result<void> append_entry(Unit& unit, std::string_view entry, audit::Event event,
                                std::vector<Fact>& facts) {
  const std::uint64_t number = unit.directory.size();
  TRY(check_views(unit, entry));
  TRY(unit.directory.append(entry));
  TRY(unit.store.add_trust_entry(number, entry));
  TRY(const note::Note note, note::parse(entry));
  TRY(Meaning meaning,
      unit.directory.read([&](const trust::Chain& chain) { return meaning_of(note.text, chain); }));
  TRY(check_not_ordered(unit, meaning));
  event.event = std::move(meaning.event);
  event.objects = std::move(meaning.objects);
  event.details["trust"] = std::to_string(number);
  event.details["statement"] = hash_of(entry);
  if (!meaning.role.empty()) event.details["role"] = meaning.role;
  facts.push_back(Fact{event, std::nullopt, number});
  if (event.event == "device.renew") {
    TRY(follow_key(unit, event.objects.front()));
    return drop_stale_prekeys(unit, event.objects.front());
  }
  for (const std::string& device : meaning.ending) {
    TRY(clear_after(unit, device, event, facts));
  }
  return {};
}

// An entry may be brought by who signed it, or by a device that carries the root's word.
base::Result<void> check_bearer(std::string_view entry, const Caller& caller,
                                std::string_view root) {
  TRY(const note::Note note, note::parse(entry));
  for (const note::SignatureLine& line : note.signatures) {
    if (line.name == caller.name || line.name == root) return {};
  }
  return base::Error{base::Code::kDenied, "an entry is brought by the device that signed it", ""};
}

// What of `entries` lies behind the `have` entries that are there: none of them may differ from
// what the relay has, and there may be no gap.
base::Result<std::vector<std::string>> new_entries(Unit& unit, const wire::TrustEntries& brought) {
  const std::uint64_t have = unit.directory.size();
  const std::uint64_t count = brought.entries.size();
  const base::Error conflict{base::Code::kConflict, "the relay's trust chain has gone on",
                             "fetch the chain and try again"};
  if (brought.size < count || brought.size - count > have) return conflict;
  const std::uint64_t first = brought.size - count;
  const std::uint64_t known = std::min(have - first, count);
  TRY(const auto stored, unit.store.reads().trust_entries(first, known));
  const auto end = brought.entries.begin() + static_cast<std::ptrdiff_t>(known);
  if (!std::equal(brought.entries.begin(), end, stored.begin(), stored.end())) return conflict;
  return std::vector<std::string>(end, brought.entries.end());
}

// Only these take an owner away.
bool takes_away(const std::string& entry) {
  return entry.starts_with("sealpost/v1/revocation\n") || entry.starts_with("sealpost/v1/role\n");
}

base::Result<Written> append_brought(Unit& unit, const Request& request,
                                     const wire::TrustEntries& brought) {
  TRY(still_active(unit, request.caller));
  TRY(const auto fresh, new_entries(unit, brought));
  if (fresh.empty()) return Written{Reply{}, Record::repeat()};
  bool owned = false;
  if (std::any_of(fresh.begin(), fresh.end(), takes_away)) {
    TRY(owned, has_owner(unit));
  }
  const std::string root =
      unit.directory.read([](const trust::Chain& chain) { return chain.organisation(); });
  std::vector<Fact> facts;
  for (const std::string& entry : fresh) {
    TRY(check_bearer(entry, request.caller, root));
    TRY(append_entry(unit, entry, event_of(request, "org.create", unit.now), facts));
  }
  if (!owned) return Written{Reply{}, Record::of(std::move(facts))};
  TRY(const bool still_owned, has_owner(unit));
  if (!still_owned) return last_owner();
  return Written{Reply{}, Record::of(std::move(facts))};
}

// The first entries make this relay the organisation's, or they are not taken.
base::Result<void> check_own_relay(const Unit& unit) {
  const bool own = unit.directory.read([&](const trust::Chain& chain) {
    return chain.relay().has_value() && chain.relay()->log == unit.log_key.verifier();
  });
  if (own) return {};
  return base::Error{base::Code::kDenied, "the chain does not name this relay's log key", ""};
}

base::Result<Written> bootstrap(Unit& unit, const std::vector<std::string>& entries,
                                const std::string& address) {
  TRY(const auto stored, unit.store.reads().trust_entries(0, entries.size()));
  if (!entries.empty() && stored == entries) return Written{Reply{}, Record::repeat()};
  if (unit.directory.size() > 0) {
    return base::Error{base::Code::kConflict, "this relay has an organisation already", ""};
  }
  std::vector<Fact> facts;
  for (const std::string& entry : entries) {
    audit::Event event;
    event.at = unit.now;
    event.address = address;
    TRY(const note::Note note, note::parse(entry));
    event.actor = note.signatures.empty() ? unit.log_key.name() : note.signatures.back().name;
    TRY(append_entry(unit, entry, std::move(event), facts));
  }
  TRY(check_own_relay(unit));
  return Written{Reply{}, Record::of(std::move(facts))};
}

// Whether this very certificate is in the chain already.
bool is_enrolled(const trust::Chain& chain, std::string_view device, std::string_view certificate) {
  const trust::Device* known = chain.device(device);
  if (known == nullptr) return false;
  if (known->certificate_note == certificate) return true;
  const auto& entries = chain.entries();
  return std::find(entries.begin(), entries.end(), certificate) != entries.end();
}

base::Result<std::string> device_of(std::string_view certificate_note, const Unit& unit,
                                    const Caller& caller) {
  TRY(const note::Note note, note::parse(certificate_note));
  TRY(const trust::Certificate certificate, trust::parse_certificate(note.text));
  const std::string issuer = unit.directory.read([&](const trust::Chain& chain) {
    const auto at = chain.invitations().find(caller.name);
    return at == chain.invitations().end() ? std::string() : "invitation " + at->second.note_hash;
  });
  if (certificate.issuer != issuer) {
    return base::Error{base::Code::kDenied, "the certificate is not from this invitation", ""};
  }
  return certificate.name.str();
}

base::Result<Fact> first_prekey(Unit& unit, const Request& request, const std::string& device,
                                const std::string& prekey_note) {
  const auto prekey = unit.directory.read([&](const trust::Chain& chain) {
    return trust::verify_prekey(chain, prekey_note, unit.now);
  });
  if (!prekey) return prekey.error();
  if (prekey->device.str() != device) {
    return base::Error{base::Code::kDenied, "the prekey is another device's", ""};
  }
  if (!prekey->last_resort) {
    return base::Error{base::Code::kDenied, "a device begins with its last-resort prekey", ""};
  }
  TRY(unit.store.set_prekey(device, prekey_note));
  audit::Event event = event_of(request, "prekey.publish", unit.now);
  event.actor = device;
  event.details["prekey"] = prekey->id;
  return Fact{std::move(event), std::nullopt};
}

base::Result<Written> enrol(Unit& unit, const Request& request, const wire::Enrolment& enrolment) {
  TRY(const std::string device, device_of(enrolment.certificate, unit, request.caller));
  const bool repeated = unit.directory.read(
      [&](const trust::Chain& chain) { return is_enrolled(chain, device, enrolment.certificate); });
  if (repeated) return Written{Reply{}, Record::repeat()};
  audit::Event joining = event_of(request, "member.join", unit.now);
  joining.actor = device;
  std::vector<Fact> facts;
  TRY(append_entry(unit, enrolment.certificate, std::move(joining), facts));
  if (!enrolment.prekey.empty()) {
    TRY(Fact published, first_prekey(unit, request, device, enrolment.prekey));
    facts.push_back(std::move(published));
  }
  return Written{Reply{}, Record::of(std::move(facts))};
}

base::Result<wire::EvidenceItem> entry_evidence(MetaReader& store, std::uint64_t number) {
  TRY(auto logged, store.logged_entry(number));
  if (!logged) return base::Error{base::Code::kNotFound, "no such trust chain entry", ""};
  TRY(auto leaves, store.leaves(logged->index, 1));
  if (leaves.empty()) {
    return base::Error{base::Code::kVerificationFailed, "the audit log lacks an event", ""};
  }
  return wire::EvidenceItem{number, std::move(logged->entry), logged->index,
                            std::move(leaves.front())};
}

}  // namespace

base::Result<void> still_active(const Unit& unit, const Caller& caller) {
  if (caller.kind != Caller::Kind::kDevice) return {};
  return unit.directory.read([&](const trust::Chain& chain) -> base::Result<void> {
    TRY(const trust::Device* device, chain.active_device(caller.name, unit.now));
    if (device->certificate.key.key() != caller.key) return key_replaced();
    if (device->role == caller.role && device->purposes == caller.purposes) return {};
    return base::Error{base::Code::kDenied, "the role of this device has just changed",
                       "try again"};
  });
}

base::Result<Outcome> get_relay(Request&, Engine& engine) {
  wire::RelayInfo info;
  info.organisation = engine.settings.organisation.vkey();
  info.log = engine.log_key.verifier().vkey();
  info.trust_size = engine.directory.size();
  info.version = SEALPOST_VERSION;
  return Outcome(cbor(wire::to_cbor(info)));
}

base::Result<Outcome> get_trust(Request& request, Engine& engine) {
  TRY(const Parameters parameters, Parameters::parse(request.query, {"from"}));
  TRY(const std::uint64_t from, parameters.number("from", 0, UINT32_MAX));
  TRY(const MetaStore::Reading store, engine.store->read());
  wire::TrustEntries out;
  TRY(out.size, store->trust_size());
  TRY(out.entries, store->trust_entries(from, kMaxEntriesPerAnswer));
  std::size_t bytes = 0;
  const auto fits = [&](const std::string& entry) {
    bytes += entry.size();
    return bytes <= kMaxEntryBytesPerAnswer;
  };
  const auto first_too_much = std::find_if_not(out.entries.begin(), out.entries.end(), fits);
  out.entries.erase(first_too_much, out.entries.end());
  return Outcome(cbor(wire::to_cbor(out)));
}

base::Result<Outcome> get_trust_evidence(Request& request, Engine& engine) {
  TRY(const Parameters parameters, Parameters::parse(request.query, {"entries"}));
  TRY(const std::string numbers, parameters.text("entries"));
  const auto wanted = base::split(numbers, ',');
  if (wanted.size() > wire::kMaxBatch) {
    return base::Error{base::Code::kMalformed, "too many entries at once", ""};
  }
  TRY(const MetaStore::Reading store, engine.store->read());
  wire::EvidenceList out;
  for (const std::string_view number : wanted) {
    TRY(const std::uint64_t parsed, base::parse_decimal(number, UINT32_MAX));
    TRY(auto item, entry_evidence(*store, parsed));
    out.items.push_back(std::move(item));
  }
  return Outcome(cbor(wire::to_cbor(out)));
}

Change bootstrap_change(std::vector<std::string> entries) {
  return [all = std::move(entries)](Unit& unit) { return bootstrap(unit, all, ""); };
}

base::Result<Outcome> post_trust(Request& request, Engine&) {
  TRY(wire::TrustEntries brought, wire::parse_trust_entries(request.body));
  if (request.caller.kind == Caller::Kind::kNobody) {
    if (brought.size != brought.entries.size()) {
      return base::Error{base::Code::kMalformed, "the first entries start at number 0", ""};
    }
    return Outcome(Change([address = request.address, all = std::move(brought.entries)](
                              Unit& unit) { return bootstrap(unit, all, address); }));
  }
  return Outcome(Change([request, brought = std::move(brought)](Unit& unit) {
    return append_brought(unit, request, brought);
  }));
}

base::Result<Outcome> post_enrol(Request& request, Engine&) {
  TRY(wire::Enrolment enrolment, wire::parse_enrolment(request.body));
  return Outcome(Change([request, enrolment = std::move(enrolment)](Unit& unit) {
    return enrol(unit, request, enrolment);
  }));
}

}  // namespace sealpost::relay
