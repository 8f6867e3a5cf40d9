// What contacts send back through a link: replies for the device that wrote to them, and the wish
// for no more messages, which holds here at once and goes into the register by a device that may
// write it.
#include "relay/handlers/handlers.hpp"
#include "relay/handlers/link_events.hpp"
#include "relay/links.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

using base::Code;
using base::Error;

constexpr std::size_t kAnswerBytes = 4 << 20;

base::Result<Written> take_reply(Unit& unit, const Request& request, const LinkRequest& shown) {
  TRY(const StoredLink link, find_link(unit.store.reads(), shown));
  TRY(standing_claim(unit.store.reads(), link, shown, unit.now));
  TRY(const bool added, unit.store.add_reply({link.message, shown.id, link.from, shown.reply,
                                              unit.now, base::ByteView(shown.file)}));
  if (!added) return Written{Reply{}, Record::repeat()};
  if (link.replies >= kMaxLinkReplies) {
    return Error{Code::kDenied, "there are as many replies as one message may have", ""};
  }
  TRY(unit.store.set_link(shown.id, link.state, link.wrong, link.replies + 1));
  unit.arrivals.receipts.insert(link.from);
  Fact fact = link_fact(unit, request, link, "message.reply");
  fact.event.details["reply"] = shown.reply;
  return Written{Reply{}, Record::of(std::move(fact))};
}

// Whoever has the address may say so, also behind the end of the link and without a passcode.
base::Result<Written> take_stop(Unit& unit, const Request& request, const LinkRequest& shown) {
  TRY(const StoredLink link, find_link(unit.store.reads(), shown));
  const std::string purpose = shown.scope == "all" ? "" : link.purpose;
  TRY(const bool stopped, unit.store.reads().stopped(link.link.contact, purpose));
  if (stopped) return Written{Reply{}, Record::repeat()};
  TRY(const std::uint64_t row, unit.store.add_stop(link.link.contact, purpose, unit.now));
  Fact fact = link_fact(unit, request, link, "consent.stop");
  fact.event.purpose = purpose;
  fact.stop_row = row;
  return Written{Reply{}, Record::of(std::move(fact))};
}

base::Result<Written> store_replies(Unit& unit, const Request& request,
                                    const wire::RepliesStored& stored) {
  std::vector<Fact> facts;
  for (const std::string& id : stored.ids) {
    TRY(const bool removed, unit.store.remove_reply(request.caller.name, id));
    if (!removed) continue;
    audit::Event event = event_of(request, "message.reply-stored", unit.now);
    event.details["reply"] = id;
    facts.push_back(Fact{std::move(event)});
  }
  return Written{Reply{}, Record::of(std::move(facts))};
}

base::Result<Written> lift(Unit& unit, const Request& request, const wire::StopLift& wanted) {
  TRY(still_active(unit, request.caller));
  TRY(const bool waits, unit.store.reads().stop_waits(wanted.contact));
  if (waits) return Error{Code::kConflict, "the contact's last word is not recorded yet", ""};
  std::vector<Fact> facts;
  for (const std::string& purpose : wanted.purposes) {
    TRY(const bool stopped, unit.store.reads().stopped(wanted.contact, purpose));
    if (!stopped) continue;
    TRY(unit.store.lift_stop(wanted.contact, purpose, unit.now));
    audit::Event event = event_of(request, "consent.resume", unit.now);
    event.objects = {wanted.contact};
    event.purpose = purpose;
    facts.push_back(Fact{std::move(event)});
  }
  return Written{Reply{}, Record::of(std::move(facts))};
}

}  // namespace

base::Result<void> take_link_turn(Engine& engine, const std::string& address) {
  if (engine.requests.take("links " + address, engine.seams.clock.steady())) return {};
  return Error{Code::kBusy, "too many requests", "wait a minute"};
}

Fact link_fact(const Unit& unit, const Request& request, const StoredLink& link,
               std::string_view name) {
  audit::Event event = event_of(request, name, unit.now);
  event.actor = unit.log_key.name();
  event.message = link.message_id;
  event.objects = {link.link.contact};
  event.purpose = link.purpose;
  return Fact{std::move(event)};
}

base::Result<Outcome> post_link_reply(Request& request, Engine& engine) {
  TRY(take_link_turn(engine, request.address));
  TRY(LinkRequest shown,
      parse_link_request(request.path.front(), request.body, {"open", "claim", "reply", "file"}));
  request.body.clear();
  const auto shared = std::make_shared<const LinkRequest>(std::move(shown));
  return Outcome(
      Change([request, shared](Unit& unit) { return take_reply(unit, request, *shared); }));
}

base::Result<Outcome> post_link_stop(Request& request, Engine& engine) {
  TRY(take_link_turn(engine, request.address));
  TRY(LinkRequest shown, parse_link_request(request.path.front(), request.body, {"scope"}));
  return Outcome(Change(
      [request, shown = std::move(shown)](Unit& unit) { return take_stop(unit, request, shown); }));
}

base::Result<Outcome> get_replies(Request& request, Engine& engine) {
  TRY(const Parameters parameters, Parameters::parse(request.query, {"after", "limit"}));
  TRY(const std::uint64_t after, parameters.number("after", 0, INT64_MAX));
  TRY(const std::uint64_t limit, parameters.number("limit", wire::kMaxBatch, wire::kMaxBatch));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const wire::ContactReplies found,
      store->replies(request.caller.name, after, static_cast<std::size_t>(limit), kAnswerBytes));
  return Outcome(cbor(wire::to_cbor(found)));
}

base::Result<Outcome> post_replies_stored(Request& request, Engine&) {
  TRY(wire::RepliesStored stored, wire::parse_replies_stored(request.body));
  return Outcome(Change([request, stored = std::move(stored)](Unit& unit) {
    return store_replies(unit, request, stored);
  }));
}

base::Result<Outcome> get_stops(Request& request, Engine& engine) {
  TRY(const Parameters parameters, Parameters::parse(request.query, {"after", "limit"}));
  TRY(const std::uint64_t after, parameters.number("after", 0, INT64_MAX));
  TRY(const std::uint64_t limit, parameters.number("limit", wire::kMaxBatch, wire::kMaxBatch));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const wire::Stops found, store->stops(after, static_cast<std::size_t>(limit)));
  return Outcome(cbor(wire::to_cbor(found)));
}

base::Result<Outcome> post_stops_recorded(Request& request, Engine&) {
  TRY(wire::StopsRecorded done, wire::parse_stops_recorded(request.body));
  return Outcome(Change([request, done = std::move(done)](Unit& unit) -> base::Result<Written> {
    TRY(still_active(unit, request.caller));
    for (const std::uint64_t number : done.numbers) TRY(unit.store.record_stop(number));
    return Written{Reply{}, Record::recorded()};
  }));
}

base::Result<Outcome> post_stop_lift(Request& request, Engine&) {
  TRY(wire::StopLift wanted, wire::parse_stop_lift(request.body));
  return Outcome(Change(
      [request, wanted = std::move(wanted)](Unit& unit) { return lift(unit, request, wanted); }));
}

}  // namespace sealpost::relay
