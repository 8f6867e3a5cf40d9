// A new envelope for a device that could not open the one it had: same message, same payload.
#include "base/encoding.hpp"
#include "relay/handlers/handlers.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

using base::Code;

base::Error out_of_reach(std::string text) { return {Code::kNotFound, std::move(text), ""}; }

base::Result<void> check_receives(const Unit& unit, const std::string& device) {
  return unit.directory.read([&](const trust::Chain& chain) -> base::Result<void> {
    const auto active = chain.active_device(device, unit.now);
    if (active && trust::allowed((*active)->role, trust::Operation::kReceive)) return {};
    return out_of_reach("this device does not receive messages any more");
  });
}

Fact fact_of(const Unit& unit, const Request& request, const StoredMessage& message,
             const wire::Envelope& envelope) {
  audit::Event event = event_of(request, "message.resend", unit.now);
  event.message = message.id;
  event.objects = {envelope.device};
  event.purpose = message.purpose;
  event.details["sha256"] = base::to_hex(message.sha256);
  event.details["header"] = base::to_hex(crypto::sha256(envelope.header));
  return {std::move(event), std::nullopt};
}

Reply answer(bool duplicate) { return cbor(wire::to_cbor(wire::EnvelopeResult{duplicate})); }

// Messages are found by their sender, so that nobody else can add to them.
base::Result<Written> renew(Unit& unit, const Request& request, const wire::Envelope& envelope) {
  TRY(still_active(unit, request.caller));
  TRY(const auto message, unit.store.reads().message(request.caller.name, request.path.front()));
  if (!message || message->expires <= unit.now) {
    return out_of_reach("this device sent no such message, or it has expired");
  }
  TRY(const auto renewal, unit.store.renewal(message->row, envelope.device));
  const crypto::Digest header = crypto::sha256(envelope.header);
  if (renewal && crypto::equal(renewal->header, header)) {
    return Written{answer(true), Record::repeat()};
  }
  if (!renewal || !renewal->waiting) {
    return base::Error{Code::kConflict, "the device does not wait for a new header", ""};
  }
  TRY(check_receives(unit, envelope.device));
  TRY(unit.store.renew_envelope(message->row, envelope));
  unit.arrivals.mail.insert(envelope.device);
  return Written{answer(false), Record::of(fact_of(unit, request, *message, envelope))};
}

}  // namespace

base::Result<Outcome> post_envelope(Request& request, Engine&) {
  TRY(wire::Envelope envelope, wire::parse_envelope(request.body));
  if (envelope.header.empty()) {
    return base::Error{Code::kMalformed, "an envelope without a header", ""};
  }
  request.body.clear();
  return Outcome(Change([request, envelope = std::move(envelope)](Unit& unit) {
    return renew(unit, request, envelope);
  }));
}

}  // namespace sealpost::relay
