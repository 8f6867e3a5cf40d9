// The inbox: envelopes in order, with a long poll that other news ends as well.
#include "relay/admit.hpp"
#include "relay/handlers/handlers.hpp"
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

base::Result<std::optional<Reply>> look(Engine& engine, const Caller& caller, const Asked& asked,
                                        bool last) {
  const std::string& device = caller.name;
  TRY(check_standing(engine, caller));
  TRY(const MetaStore::Reading store, engine.store->read());
  // Recalls first: one that comes in between is one of a message that is read here as well.
  TRY(auto recalls, store->recalls(device, asked.recalls, kMaxRecalls));
  TRY(wire::Inbox inbox,
      store->inbox(device, asked.after, asked.limit, kMaxInboxBytes, engine.seams.clock.now()));
  inbox.more = inbox.more || recalls.size() == kMaxRecalls;
  inbox.recalls = std::move(recalls);
  if (inbox.deliveries.empty() && inbox.recalls.empty() && !last) {
    TRY(const bool news, is_news(*store, engine.directory, device, asked));
    if (!news) return std::optional<Reply>();
  }
  return std::optional(cbor(wire::to_cbor(inbox)));
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
  poll.look = [&engine, caller = request.caller, asked](bool last) {
    return look(engine, caller, asked, last);
  };
  return Outcome(std::move(poll));
}

}  // namespace sealpost::relay
