// The inbox: envelopes in order, with a long poll that other news ends as well. What a device gets
// for the first time it gets once the log says so; what it gets again, and that it looked, is no
// event.
#include <algorithm>
#include <set>

#include "relay/admit.hpp"
#include "relay/handlers/handlers.hpp"
#include "relay/unit.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

constexpr std::uint64_t kDefaultLimit = 64;
constexpr std::uint64_t kMaxWaitSeconds = 60;
constexpr std::size_t kMaxInboxBytes = 12 << 20;
constexpr std::size_t kMaxRecalls = 256;  // of one answer

// A device may have been revoked while it waited, its key or its user's role changed.
base::Result<void> check_standing(Engine& engine, const Caller& caller) {
  const base::Time now = engine.seams.clock.now();
  return engine.directory.read([&](const trust::Chain& chain) -> base::Result<void> {
    TRY(const trust::Device* device, chain.active_device(caller.name, now));
    if (device->certificate.key.key() != caller.key) return key_replaced();
    if (trust::allowed(device->role, trust::Operation::kReceive)) return {};
    return base::Error{base::Code::kDenied, "the role of this device has changed", ""};
  });
}

struct Asked {
  std::uint64_t after = 0;
  std::uint64_t recalls = 0;  // cursor behind which they are wanted
  std::size_t limit = 0;
  std::optional<std::uint64_t> receipts;  // cursor behind which receipts end the wait, too
};

// What else is worth an answer without mail: an order to wipe the device, and news of its messages.
base::Result<bool> is_news(MetaReader& store, const Directory& directory, const std::string& device,
                           const Asked& asked) {
  TRY(const bool ordered, is_to_be_wiped(store, directory, device));
  if (ordered || !asked.receipts) return ordered;
  TRY(const auto receipts, store.receipts_after(device, *asked.receipts, 1));
  if (!receipts.empty()) return true;
  TRY(const wire::ContactReplies replies, store.replies(device, 0, 1, 1));
  return !replies.replies.empty();
}

// Message ids are few enough for one event: a page of the inbox has kMaxBatch at most.
Fact fetch_of(const Unit& unit, const Request& request, std::vector<std::string> messages) {
  audit::Event event = event_of(request, "message.fetch", unit.now);
  if (messages.size() == 1) {
    event.message = std::move(messages.front());
  } else {
    event.objects = std::move(messages);
  }
  return {std::move(event)};
}

// A page without what went while the change waited for its turn.
base::Result<base::Bytes> without(base::ByteView body, const std::set<std::uint64_t>& gone) {
  TRY(wire::Inbox inbox, wire::parse_inbox(body));
  std::erase_if(inbox.deliveries,
                [&](const wire::Delivery& item) { return gone.contains(item.cursor); });
  return wire::to_cbor(inbox);
}

struct FirstTime {
  std::uint64_t cursor;
  std::string message;
};

Change hand_out(const Request& request, const wire::Inbox& inbox, std::vector<FirstTime> items) {
  // Shared because a Change can be copied and payloads should not be.
  const auto body = std::make_shared<const base::Bytes>(wire::to_cbor(inbox));
  return [request, items = std::move(items), body](Unit& unit) -> base::Result<Written> {
    TRY(still_active(unit, request.caller));
    std::vector<std::string> messages;
    std::set<std::uint64_t> gone;
    for (const FirstTime& item : items) {
      TRY(const HandOut what, unit.store.hand_out(item.cursor, request.caller.name));
      if (what == HandOut::kFirst) messages.push_back(item.message);
      if (what == HandOut::kGone) gone.insert(item.cursor);
    }
    base::Bytes page = *body;
    if (!gone.empty()) {
      TRY(page, without(*body, gone));
    }
    if (messages.empty()) return Written{cbor(std::move(page)), Record::repeat()};
    return Written{cbor(std::move(page)), Record::of(fetch_of(unit, request, std::move(messages)))};
  };
}

// Those of the page that the device never got.
base::Result<std::vector<FirstTime>> first_time(MetaReader& store, const std::string& device,
                                                const Asked& asked, const wire::Inbox& inbox) {
  std::vector<FirstTime> out;
  if (inbox.deliveries.empty()) return out;
  TRY(const std::vector<std::uint64_t> fresh,
      store.not_handed_out(device, asked.after, inbox.deliveries.back().cursor));
  for (const wire::Delivery& item : inbox.deliveries) {
    if (!std::binary_search(fresh.begin(), fresh.end(), item.cursor)) continue;
    out.push_back({item.cursor, item.id});
  }
  return out;
}

base::Result<std::optional<Found>> look(Engine& engine, const Request& request, const Asked& asked,
                                        bool last) {
  const std::string& device = request.caller.name;
  TRY(check_standing(engine, request.caller));
  TRY(const MetaStore::Reading store, engine.store->read());
  // Recalls first: one that comes in between is one of a message that is read here as well.
  TRY(auto recalls, store->recalls(device, asked.recalls, kMaxRecalls));
  TRY(wire::Inbox inbox,
      store->inbox(device, asked.after, asked.limit, kMaxInboxBytes, engine.seams.clock.now()));
  inbox.more = inbox.more || recalls.size() == kMaxRecalls;
  inbox.recalls = std::move(recalls);
  if (inbox.deliveries.empty() && inbox.recalls.empty() && !last) {
    TRY(const bool news, is_news(*store, engine.directory, device, asked));
    if (!news) return std::optional<Found>();
  }
  TRY(std::vector<FirstTime> fresh, first_time(*store, device, asked, inbox));
  if (fresh.empty()) return std::optional<Found>(cbor(wire::to_cbor(inbox)));
  return std::optional<Found>(hand_out(request, inbox, std::move(fresh)));
}

}  // namespace

base::Result<Outcome> get_inbox(Request& request, Engine& engine) {
  TRY(const Parameters parameters,
      Parameters::parse(request.query, {"after", "limit", "wait", "receipts", "recalls"}));
  Asked asked;
  TRY(asked.after, parameters.number("after", 0, INT64_MAX));
  TRY(asked.limit, parameters.number("limit", kDefaultLimit, wire::kMaxBatch));
  TRY(asked.recalls, parameters.number("recalls", 0, INT64_MAX));
  TRY(const std::uint64_t wait, parameters.number("wait", 0, UINT32_MAX));
  TRY(const std::uint64_t receipts, parameters.number("receipts", UINT64_MAX, INT64_MAX));
  if (receipts != UINT64_MAX) asked.receipts = receipts;
  if (asked.limit == 0) return base::Error{base::Code::kMalformed, "limit must be at least 1", ""};
  Poll poll;
  poll.device = request.caller.name;
  poll.wait = std::chrono::seconds(std::min(wait, kMaxWaitSeconds));
  poll.receipts = asked.receipts.has_value();
  poll.look = [&engine, request, asked](bool last) { return look(engine, request, asked, last); };
  return Outcome(std::move(poll));
}

}  // namespace sealpost::relay
