// Taking messages back: what nobody has fetched goes, with a tombstone for its sender, and whoever
// may have fetched it is told with the inbox. sealpost-note(5) and trust/recall.hpp say who may
// sign what.
#include <algorithm>

#include "base/encoding.hpp"
#include "relay/handlers/handlers.hpp"
#include "relay/statement.hpp"
#include "trust/recall.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

using base::Code;
using base::Error;

Error no_message() { return {Code::kNotFound, "the relay has no such message", ""}; }

Error not_theirs() {
  return {Code::kDenied, "this message is another device's to recall",
          "the device that sent it may, and those of admins and owners"};
}

std::string hash_of(std::string_view statement) {
  return base::to_hex(crypto::sha256(base::as_bytes(statement)));
}

// What holds now, and need not hold when a recipient reads it: who brings it, with which key.
base::Result<trust::VerifiedRecall> check_recall(const trust::Chain& chain, const Caller& caller,
                                                 const std::string& statement) {
  TRY(trust::VerifiedRecall recall, trust::verify_recall(chain, statement));
  if (recall.by != caller.name) {
    return Error{Code::kDenied, "a recall is brought by the device that signed it", ""};
  }
  TRY(const note::Note signed_note, note::parse(statement));
  const trust::Device* author = chain.device(recall.by);
  if (!note::signed_by(signed_note, author->certificate.key)) {
    return Error{Code::kVerificationFailed, "the recall is not signed with the present key", ""};
  }
  if (trust::may_recall(recall.by, author->role, recall.recall.from.str())) return recall;
  return not_theirs();
}

Fact recall_fact(const Request& request, const StoredMessage& message, const std::string& statement,
                 base::Time now) {
  audit::Event event = event_of(request, "message.recall", now);
  event.message = message.id;
  event.objects = {message.from};
  event.purpose = message.purpose;
  event.details["sha256"] = base::to_hex(message.sha256);
  event.details["statement"] = hash_of(statement);
  return Fact{std::move(event)};
}

// Of one recipient that had not taken it: a device, or a contact, of whom the receipt says nothing.
base::Result<Fact> tombstone(const Unit& unit, const Request& request, const StoredMessage& message,
                             const std::string& device, const std::string& whom) {
  receipt::Receipt value;
  value.message = message.id;
  value.from = message.from;
  value.message_sha256 = message.sha256;
  value.state = receipt::State::kWithdrawn;
  value.device = device;
  TRY(std::string statement, sign_receipt(std::move(value), unit));
  audit::Event event = event_of(request, "message.withdraw", unit.now);
  event.message = message.id;
  event.objects = {whom};
  event.purpose = message.purpose;
  event.details["statement"] = hash_of(statement);
  return Fact{std::move(event),
              NewEvidence{message.row, receipt::State::kWithdrawn, unit.log_key.name(),
                          message.from, std::move(statement)}};
}

// Everybody that may have it and has not said that it was read: who has it not in the queue any
// more, and who may just be fetching it.
base::Result<std::vector<std::string>> to_be_told(Unit& unit, const StoredMessage& message) {
  std::vector<std::string> devices;
  for (const wire::RecipientResult& recipient : message.recipients) {
    if (recipient.state != wire::RecipientState::kAccepted) continue;
    TRY(const bool read,
        unit.store.has_evidence(message.row, recipient.device, receipt::State::kRead));
    if (!read) devices.push_back(recipient.device);
  }
  return devices;
}

base::Result<std::vector<Fact>> take_back(Unit& unit, const Request& request,
                                          const StoredMessage& message,
                                          const std::string& statement) {
  TRY(const Withdrawn withdrawn, unit.store.withdraw(message.row));
  unit.files.insert(unit.files.end(), withdrawn.blobs.begin(), withdrawn.blobs.end());
  TRY(const auto devices, to_be_told(unit, message));
  TRY(const std::uint64_t row, unit.store.add_recall(message.row, statement, devices));
  std::vector<Fact> facts{recall_fact(request, message, statement, unit.now)};
  facts.front().recall_row = row;
  for (const std::string& device : withdrawn.devices) {
    TRY(Fact fact, tombstone(unit, request, message, device, device));
    facts.push_back(std::move(fact));
  }
  if (!withdrawn.contact.empty()) {
    TRY(Fact fact, tombstone(unit, request, message, "", withdrawn.contact));
    facts.push_back(std::move(fact));
  }
  unit.arrivals.mail.insert(devices.begin(), devices.end());
  unit.arrivals.receipts.insert(message.from);
  return facts;
}

base::Result<Written> take_recall(Unit& unit, const Request& request,
                                  const std::string& statement) {
  TRY(still_active(unit, request.caller));
  const auto verified = unit.directory.read(
      [&](const trust::Chain& chain) { return check_recall(chain, request.caller, statement); });
  if (!verified) return verified.error();
  const trust::Recall& recall = verified->recall;
  TRY(const auto message, unit.store.reads().message(recall.from.str(), recall.message));
  if (!message) return no_message();
  if (recall.message_sha256 && *recall.message_sha256 != message->sha256) {
    return Error{Code::kConflict, "the relay has another message under this id", ""};
  }
  TRY(const auto before, unit.store.reads().recall_of(message->row));
  if (before) {
    return Written{cbor(wire::to_cbor(wire::RecallTaken{*before, true})), Record::repeat()};
  }
  TRY(auto facts, take_back(unit, request, *message, statement));
  return Written{cbor(wire::to_cbor(wire::RecallTaken{statement, false})),
                 Record::of(std::move(facts))};
}

// Which device's message is meant, by one who may recall it. An id is as good as unguessable, so
// that who names one of another device learns nothing by the refusal.
base::Result<std::string> sender_meant(MetaReader& store, const Caller& caller,
                                       const std::string& id, const std::string& from) {
  TRY(auto senders, store.senders_of(id));
  if (!from.empty()) std::erase_if(senders, [&](const std::string& one) { return one != from; });
  if (senders.empty()) return no_message();
  if (std::find(senders.begin(), senders.end(), caller.name) != senders.end()) return caller.name;
  if (!trust::may_recall(caller.name, caller.role, senders.front())) return not_theirs();
  if (senders.size() == 1) return senders.front();
  return Error{Code::kConflict, "several devices sent a message of this id", "say which"};
}

base::Result<wire::EvidenceList> evidence_about(MetaReader& store, std::uint64_t message) {
  wire::EvidenceList out;
  TRY(auto found, store.evidence(message));
  for (StoredEvidence& evidence : found) {
    TRY(auto item, evidence_item(store, std::move(evidence)));
    out.items.push_back(std::move(item));
  }
  return out;
}

}  // namespace

base::Result<Outcome> post_recall(Request& request, Engine&) {
  TRY(wire::RecallPosting posting, wire::parse_recall_posting(request.body));
  return Outcome(Change([request, statement = std::move(posting.recall)](Unit& unit) {
    return take_recall(unit, request, statement);
  }));
}

base::Result<Outcome> get_recall(Request& request, Engine& engine) {
  TRY(const Parameters parameters, Parameters::parse(request.query, {"from"}));
  const auto asked = parameters.text("from");
  const std::string& id = request.path.front();
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const std::string from, sender_meant(*store, request.caller, id, asked ? *asked : ""));
  TRY(const auto message, store->message(from, id));
  if (!message) return no_message();
  TRY(auto recall, store->recall_of(message->row));
  return Outcome(cbor(wire::to_cbor(wire::RecallSubject{from, std::move(recall).value_or("")})));
}

base::Result<Outcome> get_recall_evidence(Request& request, Engine& engine) {
  TRY(const Parameters parameters, Parameters::parse(request.query, {"from"}));
  TRY(const std::string asked, parameters.text("from"));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const std::string from, sender_meant(*store, request.caller, request.path.front(), asked));
  TRY(const auto message, store->message(from, request.path.front()));
  if (!message) return no_message();
  TRY(const wire::EvidenceList out, evidence_about(*store, message->row));
  return Outcome(cbor(wire::to_cbor(out)));
}

}  // namespace sealpost::relay
