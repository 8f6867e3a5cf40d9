#include "flow/stops.hpp"

#include <fmt/format.h>

#include "audit/event.hpp"
#include "base/encoding.hpp"
#include "flow/event_proof.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kPage = 256;
constexpr std::string_view kEvent = "consent.stop";

// The same, whoever records it.
std::string revocation_of(const wire::Stop& stop) {
  const crypto::Digest digest =
      crypto::sha256({base::as_bytes("sealpost/v1/stop\n"), base::ByteView(stop.leaf)});
  return base::to_hex(base::ByteView(digest).first(16));
}

base::Result<base::Time> check_logged(EventProof& proof, const wire::Stop& stop) {
  TRY(proof.check(stop.index, stop.leaf));
  TRY(const audit::Event event, audit::parse_leaf(stop.leaf));
  const bool same = event.event == kEvent && event.purpose == stop.purpose &&
                    event.objects == std::vector<std::string>{stop.contact};
  if (same) return base::Time(std::chrono::floor<std::chrono::seconds>(event.at));
  return base::Error{base::Code::kVerificationFailed,
                     "the relay shows a wish for no more messages that is not the one it logged",
                     "tell the organisation's owner"};
}

base::Result<reg::RevokeRecord> revocation(EventProof& proof, const wire::Stop& stop) {
  reg::RevokeRecord record;
  TRY(record.received, check_logged(proof, stop));
  record.id = revocation_of(stop);
  record.contact = stop.contact;
  if (!stop.purpose.empty()) record.purposes = {stop.purpose};
  return record;
}

bool is_recorded(const reg::Contact& contact, const std::string& id) {
  return std::any_of(contact.revocations.begin(), contact.revocations.end(),
                     [&](const reg::Revoked& one) { return one.record.id == id; });
}

base::Result<void> record_page(Installation& installation, client::RelayClient& relay,
                               const std::vector<wire::Stop>& stops, Context& context) {
  EventProof proof(installation, relay);
  RegisterDraft draft;
  std::vector<std::uint64_t> numbers;
  for (const wire::Stop& stop : stops) {
    TRY(reg::RevokeRecord record, revocation(proof, stop));
    numbers.push_back(stop.number);
    TRY(const auto keyed, contact_by_id(installation.vault(), stop.contact));
    if (!keyed || is_recorded(keyed->contact, record.id)) continue;
    draft.records.emplace_back(std::move(record));
  }
  if (!draft.records.empty()) {
    TRY(write_register(installation, relay, reg::Stream::kPeople, std::move(draft), context));
  }
  return relay.stops_recorded(numbers);
}

}  // namespace

base::Result<void> record_stops(Installation& installation, client::RelayClient& relay,
                                Context& context) {
  if (!check_writes(installation, context.clock.now())) return {};
  std::uint64_t after = 0;
  for (bool more = true; more && !context.interrupt.requested();) {
    TRY(const wire::Stops list, relay.stops_after(after, kPage));
    if (list.stops.empty()) return {};
    if (after == 0) {
      const auto met = meet_register(installation, relay, reg::Stream::kPeople, context);
      // Who waits for the stream's key leaves it to a device that has it.
      if (!met && met.error().code == base::Code::kBusy) return {};
      if (!met) return met.error();
    }
    if (list.stops.back().number <= after) {
      return base::Error{base::Code::kVerificationFailed, "the relay's stops go backwards", ""};
    }
    after = list.stops.back().number;
    TRY(record_page(installation, relay, list.stops, context));
    more = list.more;
  }
  return {};
}

}  // namespace sealpost::flow
