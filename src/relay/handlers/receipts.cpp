// Receipts of recipients: taken in once each, and handed to who may see them.
#include <algorithm>

#include "base/encoding.hpp"
#include "relay/handlers/handlers.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

using receipt::State;

constexpr std::uint64_t kMaxItems = 256;

// Which states a route takes, and whether the envelope goes.
struct Rule {
  std::array<State, 3> states;
  bool acknowledges;
};
constexpr Rule kAcknowledge{{State::kDelivered, State::kUndecryptable, State::kRecalled}, true};
constexpr Rule kRead{{State::kRead, State::kRead, State::kRead}, false};

// What was received and is in form, in a state that belongs here, by this device and signed with
// its key; nothing otherwise.
std::optional<receipt::Receipt> open_receipt(std::string_view statement, const Unit& unit,
                                             const Caller& caller, const Rule& rule) {
  const auto note = note::parse(statement);
  if (!note) return std::nullopt;
  auto value = receipt::parse(note->text);
  if (!value || value->by != caller.name) return std::nullopt;
  const auto& states = rule.states;
  if (std::find(states.begin(), states.end(), value->state) == states.end()) return std::nullopt;
  const bool holds = unit.directory.read([&](const trust::Chain& chain) {
    const trust::Device* device = chain.device(caller.name);
    return device != nullptr && note->signatures.size() == 1 &&
           note::signed_by(*note, device->certificate.key);
  });
  if (!holds) return std::nullopt;
  return *std::move(value);
}

bool was_recipient(const StoredMessage& message, std::string_view device) {
  return std::any_of(message.recipients.begin(), message.recipients.end(),
                     [&](const wire::RecipientResult& recipient) {
                       return recipient.device == device &&
                              recipient.state == wire::RecipientState::kAccepted;
                     });
}

Fact fact_of(const Unit& unit, const Request& request, const receipt::Receipt& value,
             const StoredMessage& message, const std::string& statement) {
  audit::Event event = event_of(
      request,
      "message." + std::string(value.state == State::kDelivered ? "deliver"
                                                                : receipt::state_name(value.state)),
      unit.now);
  event.message = value.message;
  event.objects = {value.from};
  event.purpose = message.purpose;
  event.details["statement"] = base::to_hex(crypto::sha256(base::as_bytes(statement)));
  return {std::move(event), NewEvidence{message.row, value.state, value.by, value.from, statement}};
}

struct Taken {
  bool refused = false;      // now and whenever it comes again
  bool recalled = false;     // the message is taken back, and was stored by the device
  std::optional<Fact> fact;  // nothing when the relay has this device's word on it already
};

// Lets the envelope go, and says whether the receipt is news. A device has one answer for each
// envelope that it was given; an old one that comes again says nothing about a new envelope.
base::Result<bool> settle(MetaWriter& store, std::uint64_t message, const receipt::Receipt& value,
                          const std::string& statement, const Rule& rule) {
  TRY(const bool known, store.has_evidence(message, value.by, value.state));
  if (value.state != State::kUndecryptable) {
    if (rule.acknowledges) TRY(store.remove_envelope(message, value.by));
    return !known;
  }
  if (known) {
    TRY(const bool repeated, store.has_statement(message, statement));
    if (repeated) return false;
  }
  TRY(const bool missed, store.miss_envelope(message, value.by));
  return missed || !known;
}

// Fails only when the store does.
base::Result<Taken> take_in(Unit& unit, const Request& request, const std::string& statement,
                            const Rule& rule) {
  const Caller& caller = request.caller;
  const auto value = open_receipt(statement, unit, caller, rule);
  if (!value) return Taken{true, false, {}};
  TRY(const auto message, unit.store.reads().message(value->from, value->message));
  if (!message || !was_recipient(*message, caller.name) ||
      message->sha256 != value->message_sha256) {
    return Taken{true, false, {}};
  }
  TRY(const auto recall, unit.store.reads().recall_of(message->row));
  if (value->state == State::kRecalled && !recall) return Taken{true, false, {}};
  TRY(const bool news, settle(unit.store, message->row, *value, statement, rule));
  Taken taken{false, recall && value->state == State::kDelivered, {}};
  if (news) taken.fact = fact_of(unit, request, *value, *message, statement);
  return taken;
}

bool same_evidence(const Fact& a, const Fact& b) {
  return a.evidence && b.evidence && a.evidence->message == b.evidence->message &&
         a.evidence->state == b.evidence->state;
}

// A receipt that is refused is counted and left out, so that it does not hold up the others.
base::Result<Written> take_in_all(Unit& unit, const Request& request,
                                  const wire::ReceiptBatch& batch, const Rule& rule) {
  TRY(still_active(unit, request.caller));
  std::vector<Fact> facts;
  wire::ReceiptBatchResult result;
  for (const std::string& statement : batch.receipts) {
    TRY(Taken taken, take_in(unit, request, statement, rule));
    if (taken.refused) ++result.refused;
    result.recalled = result.recalled || taken.recalled;
    if (!taken.fact) continue;
    if (taken.fact->evidence) unit.arrivals.receipts.insert(taken.fact->evidence->from);
    const auto same = [&](const Fact& other) { return same_evidence(*taken.fact, other); };
    if (std::none_of(facts.begin(), facts.end(), same)) facts.push_back(*std::move(taken.fact));
  }
  result.recorded = facts.size();
  return Written{cbor(wire::to_cbor(result)), Record::of(std::move(facts))};
}

base::Result<Outcome> post_batch(Request& request, const Rule& rule) {
  TRY(wire::ReceiptBatch batch, wire::parse_receipt_batch(request.body));
  request.body.clear();
  return Outcome(Change([request, rule, batch = std::move(batch)](Unit& unit) {
    return take_in_all(unit, request, batch, rule);
  }));
}

}  // namespace

base::Result<wire::EvidenceItem> evidence_item(MetaReader& store, StoredEvidence evidence) {
  TRY(auto leaves, store.leaves(evidence.index, 1));
  if (leaves.empty()) {
    return base::Error{base::Code::kVerificationFailed, "the audit log lacks an event", ""};
  }
  return wire::EvidenceItem{evidence.row, std::move(evidence.statement), evidence.index,
                            std::move(leaves.front())};
}

base::Result<Outcome> post_acknowledge(Request& request, Engine&) {
  return post_batch(request, kAcknowledge);
}

base::Result<Outcome> post_receipts(Request& request, Engine&) {
  return post_batch(request, kRead);
}

base::Result<Outcome> get_receipts(Request& request, Engine& engine) {
  TRY(const Parameters parameters, Parameters::parse(request.query, {"after", "limit"}));
  TRY(const std::uint64_t after, parameters.number("after", 0, INT64_MAX));
  TRY(const std::uint64_t limit, parameters.number("limit", kMaxItems, kMaxItems));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(auto found, store->receipts_after(request.caller.name, after, limit + 1));
  wire::EvidenceList out;
  out.more = found.size() > limit;
  if (out.more) found.resize(limit);
  for (StoredEvidence& evidence : found) {
    TRY(auto item, evidence_item(*store, std::move(evidence)));
    out.items.push_back(std::move(item));
  }
  return Outcome(cbor(wire::to_cbor(out)));
}

base::Result<Outcome> get_evidence(Request& request, Engine& engine) {
  TRY(const Parameters parameters, Parameters::parse(request.query, {"from"}));
  TRY(const std::string from, parameters.text("from"));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const auto message, store->message(from, request.path.front()));
  const std::string& who = request.caller.name;
  if (!message || (message->from != who && !was_recipient(*message, who))) {
    return base::Error{base::Code::kNotFound, "no such message for this device", ""};
  }
  TRY(auto found, store->evidence(message->row));
  wire::EvidenceList out;
  for (StoredEvidence& evidence : found) {
    TRY(auto item, evidence_item(*store, std::move(evidence)));
    out.items.push_back(std::move(item));
  }
  return Outcome(cbor(wire::to_cbor(out)));
}

}  // namespace sealpost::relay
