// Receipts of recipients: taken in once each, and handed to who may see them.
#include <algorithm>

#include "base/encoding.hpp"
#include "relay/handlers/handlers.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

using base::Code;
using receipt::State;

constexpr std::uint64_t kMaxItems = 256;

// Which states a route takes, and whether the envelope goes.
struct Rule {
  std::array<State, 2> states;
  bool acknowledges;
};
constexpr Rule kAcknowledge{{State::kDelivered, State::kUndecryptable}, true};
constexpr Rule kRead{{State::kRead, State::kRead}, false};

base::Error refused(Code code, const receipt::Receipt& value, std::string_view why) {
  return {code, "the receipt for message " + value.message + " " + std::string(why), ""};
}

base::Result<receipt::Receipt> open_receipt(std::string_view statement, const Unit& unit,
                                            const Caller& caller, const Rule& rule) {
  TRY(const note::Note note, note::parse(statement));
  TRY(receipt::Receipt value, receipt::parse(note.text));
  if (std::find(rule.states.begin(), rule.states.end(), value.state) == rule.states.end()) {
    return refused(Code::kUsage, value, "has a state that does not belong here");
  }
  const bool holds = unit.directory.read([&](const trust::Chain& chain) {
    const trust::Device* device = chain.device(caller.name);
    return device != nullptr && note.signatures.size() == 1 &&
           note::signed_by(note, device->certificate.key);
  });
  if (value.by != caller.name || !holds) {
    return refused(Code::kVerificationFailed, value, "is not signed by this device");
  }
  return value;
}

bool was_recipient(const StoredMessage& message, std::string_view device) {
  return std::any_of(message.recipients.begin(), message.recipients.end(),
                     [&](const wire::RecipientResult& recipient) {
                       return recipient.device == device &&
                              recipient.state == wire::RecipientState::kAccepted;
                     });
}

base::Result<StoredMessage> message_of(MetaReader& store, const receipt::Receipt& value,
                                       const Caller& caller) {
  TRY(auto message, store.message(value.from, value.message));
  if (!message || !was_recipient(*message, caller.name)) {
    return refused(Code::kNotFound, value, "is about none that this device received");
  }
  if (message->sha256 != value.message_sha256) {
    return refused(Code::kVerificationFailed, value, "is about another content");
  }
  return *std::move(message);
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

// Nothing when the relay has this device's word on it already.
base::Result<std::optional<Fact>> take_in(Unit& unit, const Request& request,
                                          const std::string& statement, const Rule& rule) {
  TRY(const receipt::Receipt value, open_receipt(statement, unit, request.caller, rule));
  TRY(const StoredMessage message, message_of(unit.store.reads(), value, request.caller));
  if (rule.acknowledges) {
    TRY(unit.store.remove_envelope(message.row, request.caller.name));
  }
  TRY(const bool known, unit.store.has_evidence(message.row, value.by, value.state));
  if (known) return std::optional<Fact>();
  return std::optional(fact_of(unit, request, value, message, statement));
}

bool same_evidence(const Fact& a, const Fact& b) {
  return a.evidence && b.evidence && a.evidence->message == b.evidence->message &&
         a.evidence->state == b.evidence->state;
}

base::Result<Written> take_in_all(Unit& unit, const Request& request,
                                  const wire::ReceiptBatch& batch, const Rule& rule) {
  TRY(still_active(unit, request.caller));
  std::vector<Fact> facts;
  for (const std::string& statement : batch.receipts) {
    TRY(auto fact, take_in(unit, request, statement, rule));
    if (!fact) continue;
    const auto same = [&](const Fact& other) { return same_evidence(*fact, other); };
    if (std::none_of(facts.begin(), facts.end(), same)) facts.push_back(*std::move(fact));
  }
  const wire::ReceiptBatchResult result{facts.size()};
  return Written{cbor(wire::to_cbor(result)), Record::of(std::move(facts))};
}

base::Result<Outcome> post_batch(Request& request, const Rule& rule) {
  TRY(wire::ReceiptBatch batch, wire::parse_receipt_batch(request.body));
  request.body.clear();
  return Outcome(Change([request, rule, batch = std::move(batch)](Unit& unit) {
    return take_in_all(unit, request, batch, rule);
  }));
}

base::Result<wire::EvidenceItem> item_of(MetaReader& store, StoredEvidence evidence) {
  TRY(auto leaves, store.leaves(evidence.index, 1));
  if (leaves.empty()) {
    return base::Error{Code::kVerificationFailed, "the audit log lacks an event", ""};
  }
  return wire::EvidenceItem{evidence.row, std::move(evidence.statement), evidence.index,
                            std::move(leaves.front())};
}

}  // namespace

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
    TRY(auto item, item_of(*store, std::move(evidence)));
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
    return base::Error{Code::kNotFound, "no such message for this device", ""};
  }
  TRY(auto found, store->evidence(message->row));
  wire::EvidenceList out;
  for (StoredEvidence& evidence : found) {
    TRY(auto item, item_of(*store, std::move(evidence)));
    out.items.push_back(std::move(item));
  }
  return Outcome(cbor(wire::to_cbor(out)));
}

}  // namespace sealpost::relay
