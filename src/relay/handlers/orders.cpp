// Orders to wipe a device: given by who may, fetched by whoever asks for the device's key, since
// the device may be refused already, and answered by the device. sealpost-note(5) and
// trust/wipe.hpp say who may sign what.
#include "base/encoding.hpp"
#include "relay/handlers/handlers.hpp"
#include "relay/handlers/owners.hpp"
#include "trust/excerpt.hpp"
#include "trust/wipe.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

using base::Code;
using base::Error;

constexpr base::Time kNotYet{};

audit::Event event_about(const Request& request, std::string_view name, const StoredOrder& order,
                         base::Time now) {
  audit::Event event = event_of(request, name, now);
  event.objects = {order.device};
  event.details["order"] = order.id;
  return event;
}

std::string hash_of(std::string_view statement) {
  return base::to_hex(crypto::sha256(base::as_bytes(statement)));
}

// What holds now, and need not hold when the device reads the order: who brings it, with which
// keys, and what they have seen.
base::Result<void> check_present(const trust::Chain& chain, const trust::VerifiedWipe& wipe,
                                 const std::string& statement, const Caller& caller) {
  if (wipe.by != caller.name && wipe.by != chain.organisation()) {
    return Error{Code::kDenied, "an order is brought by the device that signed it", ""};
  }
  TRY(const note::Note signed_note, note::parse(statement));
  const trust::Device* author = chain.device(wipe.by);
  if (author != nullptr && !note::signed_by(signed_note, author->certificate.key)) {
    return Error{Code::kVerificationFailed, "the order is not signed with the present key", ""};
  }
  const trust::Device* target = chain.device(wipe.order.device.str());
  if (target == nullptr || trust::fingerprint(target->certificate.key.key()) != wipe.order.key) {
    return Error{Code::kConflict, "the device has another key now", "try again"};
  }
  const auto head = chain.head_at(wipe.order.trust.size);
  if (head && *head == wipe.order.trust.hash) return {};
  return Error{Code::kVerificationFailed, "the order was signed on another trust chain", ""};
}

base::Result<Written> take_order(Unit& unit, const Request& request, const std::string& statement) {
  TRY(still_active(unit, request.caller));
  const auto verified =
      unit.directory.read([&](const trust::Chain& chain) -> base::Result<trust::VerifiedWipe> {
        TRY(trust::VerifiedWipe wipe, trust::verify_wipe(chain, statement));
        TRY(check_present(chain, wipe, statement, request.caller));
        return wipe;
      });
  if (!verified) return verified.error();
  StoredOrder order;
  order.id = verified->order.id;
  order.device = verified->order.device.str();
  order.key = verified->order.key;
  order.statement = statement;
  order.ordered = unit.now;
  TRY(const auto known, unit.store.reads().order(order.id));
  if (known && known->statement == statement) return Written{Reply{}, Record::repeat()};
  if (known) return Error{Code::kConflict, "there is another order with this id", ""};
  TRY(const bool owned, has_owner(unit));
  TRY(const bool others, has_owner(unit, order.device));
  if (owned && !others) return last_owner();
  TRY(unit.store.add_order(order));
  unit.arrivals.mail.insert(order.device);
  audit::Event event = event_about(request, "device.wipe", order, unit.now);
  event.details["statement"] = hash_of(statement);
  return Written{Reply{}, Record::of(Fact{std::move(event)})};
}

// Nobody has signed this: the event is the relay's word that somebody asked from this address.
base::Result<Written> note_fetch(Unit& unit, const Request& request, const StoredOrder& order,
                                 Reply reply) {
  TRY(const auto now, unit.store.reads().order(order.id));
  if (!now || now->fetched != kNotYet) return Written{std::move(reply), Record::repeat()};
  TRY(unit.store.order_fetched(order.row, unit.now));
  audit::Event event = event_about(request, "device.wipe-fetch", order, unit.now);
  event.actor = unit.log_key.name();
  return Written{std::move(reply), Record::of(Fact{std::move(event)})};
}

// Whether the machine that has the key which the order names has said that it was wiped. One with
// an earlier key may have been first: a copy of the vault, or the device itself.
bool is_done(const StoredOrder& order) {
  if (order.wiped == kNotYet) return false;
  const auto signed_note = note::parse(order.answer);
  if (!signed_note) return false;
  const auto wiped = trust::parse_wiped(signed_note->text);
  return wiped && wiped->key == order.key;
}

bool is_meant(const trust::Chain& chain, const StoredOrder& order, const crypto::Digest& key) {
  const auto signed_note = note::parse(order.statement);
  if (!signed_note) return false;
  const auto wipe = trust::parse_wipe(signed_note->text);
  return wipe && trust::holds_for(chain, *wipe, key);
}

base::Result<Written> take_answer(Unit& unit, const Request& request,
                                  const wire::WipeAnswer& brought) {
  const auto wiped = unit.directory.read([&](const trust::Chain& chain) {
    return trust::verify_wiped(chain, brought.answer, brought.voucher);
  });
  if (!wiped) return wiped.error();
  TRY(const auto order, unit.store.reads().order(wiped->order));
  const bool meant = order && order->device == wiped->device.str() &&
                     unit.directory.read([&](const trust::Chain& chain) {
                       return is_meant(chain, *order, wiped->key);
                     });
  if (!meant) return Error{Code::kNotFound, "there is no such order for this device", ""};
  // The first answer counts, until the one comes that the order asks for.
  const bool news = order->wiped == kNotYet || (!is_done(*order) && wiped->key == order->key);
  if (!news) return Written{Reply{}, Record::repeat()};
  TRY(unit.store.order_obeyed(order->row, unit.now, brought.answer, brought.voucher));
  audit::Event event = event_about(request, "device.wiped", *order, unit.now);
  event.actor = order->device;
  event.details["key"] = base::to_hex(wiped->key);
  event.details["statement"] = hash_of(brought.answer);
  return Written{Reply{}, Record::of(Fact{std::move(event)})};
}

base::Result<crypto::Digest> key_in(const std::string& path) {
  auto key = base::parse_hex(path);
  auto digest = key ? crypto::digest_from(*key) : base::Result<crypto::Digest>(key.error());
  if (digest) return digest;
  return Error{Code::kMalformed, "a fingerprint is 64 hexadecimal digits", ""};
}

// Not when its author was revoked since: no device would believe it.
bool still_counts(const Directory& directory, const StoredOrder& order) {
  return directory.read([&](const trust::Chain& chain) {
    return trust::verify_wipe(chain, order.statement).has_value();
  });
}

// The newest order for the device that has or had this key, or else the newest that names the key
// itself: another device may have it, too.
base::Result<std::optional<StoredOrder>> find_order(MetaReader& store, const Directory& directory,
                                                    const crypto::Digest& key) {
  const std::string device = directory.read([&](const trust::Chain& chain) {
    const trust::Device* found = chain.device_with_key(key);
    return found == nullptr ? std::string() : found->certificate.name.str();
  });
  if (!device.empty()) {
    TRY(auto order, store.order_of_device(device));
    const auto meant = [&](const trust::Chain& chain) { return is_meant(chain, *order, key); };
    if (order && directory.read(meant)) return order;
  }
  return store.order_for_key(key);
}

// With the entries that show, from the root's key alone, who gave the order and that they may.
base::Result<wire::StandingOrder> standing(Engine& engine, const StoredOrder& order) {
  TRY(const note::Note signed_note, note::parse(order.statement));
  wire::StandingOrder out{order.statement, {}};
  engine.directory.read([&](const trust::Chain& chain) {
    std::set<std::string> devices{order.device};
    for (const note::SignatureLine& line : signed_note.signatures) devices.insert(line.name);
    for (const std::uint64_t number : trust::excerpt_for(chain, std::move(devices))) {
      out.entries.push_back(chain.entries()[static_cast<std::size_t>(number)]);
    }
    return true;
  });
  return out;
}

// Whom a device's orders are shown to: who may revoke, and its user's own devices.
base::Result<void> check_may_ask(const Caller& caller, const std::string& device) {
  const auto own = trust::parse_device_name(caller.name);
  const auto other = trust::parse_device_name(device);
  const bool same_user = own && other && own->user == other->user;
  if (same_user || trust::allowed(caller.role, trust::Operation::kRevoke)) return {};
  return Error{Code::kDenied, "orders are shown to who may revoke, and to the device's user", ""};
}

base::Result<void> take_turn(Engine& engine, const std::string& address) {
  if (engine.requests.take("orders " + address, engine.seams.clock.steady())) return {};
  return Error{Code::kBusy, "too many requests", "wait a minute"};
}

}  // namespace

base::Result<bool> is_to_be_wiped(MetaReader& store, const Directory& directory,
                                  std::string_view device) {
  TRY(const auto order, store.order_of_device(device));
  return order && !is_done(*order) && still_counts(directory, *order);
}

base::Result<bool> is_ordered_wiped(MetaReader& store, const Directory& directory,
                                    std::string_view device) {
  TRY(const auto order, store.order_of_device(device));
  return order && still_counts(directory, *order);
}

base::Result<Outcome> post_order(Request& request, Engine&) {
  TRY(wire::OrderPosting posting, wire::parse_order_posting(request.body));
  return Outcome(Change([request, order = std::move(posting.order)](Unit& unit) {
    return take_order(unit, request, order);
  }));
}

base::Result<Outcome> get_order(Request& request, Engine& engine) {
  TRY(const crypto::Digest key, key_in(request.path.front()));
  TRY(take_turn(engine, request.address));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const auto order, find_order(*store, engine.directory, key));
  if (!order || !still_counts(engine.directory, *order)) {
    return Outcome(cbor(wire::to_cbor(wire::StandingOrder{})));
  }
  TRY(const wire::StandingOrder found, standing(engine, *order));
  base::Bytes body = wire::to_cbor(found);
  if (order->fetched != kNotYet) return Outcome(cbor(std::move(body)));
  return Outcome(Change([request, order = *order, body = std::move(body)](Unit& unit) {
    return note_fetch(unit, request, order, cbor(body));
  }));
}

base::Result<Outcome> post_order_answer(Request& request, Engine& engine) {
  TRY(take_turn(engine, request.address));
  TRY(wire::WipeAnswer answer, wire::parse_wipe_answer(request.body));
  request.body.clear();
  return Outcome(Change([request, answer = std::move(answer)](Unit& unit) {
    return take_answer(unit, request, answer);
  }));
}

base::Result<Outcome> get_orders(Request& request, Engine& engine) {
  TRY(const Parameters parameters, Parameters::parse(request.query, {"device"}));
  TRY(const std::string device, parameters.text("device"));
  TRY(check_may_ask(request.caller, device));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const auto order, store->order_of_device(device));
  if (!order) return Error{Code::kNotFound, "there is no order to wipe this device", ""};
  return Outcome(
      cbor(wire::to_cbor(wire::OrderState{order->statement, order->ordered, order->fetched,
                                          order->wiped, order->answer, order->voucher})));
}

}  // namespace sealpost::relay
