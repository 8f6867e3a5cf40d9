// How the page behind a contact's link gets at the message: it looks, claims, decrypts, commits.
// Nobody signs these requests, so their events are the relay's word. What is wrong is counted, so
// that its answer is a reply of a change that happened, not an error that undoes it.
#include "relay/links.hpp"
#include "base/encoding.hpp"
#include "merkle/tile.hpp"
#include "relay/handlers/blob_rules.hpp"
#include "relay/handlers/handlers.hpp"
#include "relay/handlers/link_events.hpp"
#include "relay/statement.hpp"
#include "text/json.hpp"
#include "text/time.hpp"

namespace sealpost::relay {
namespace {

using base::Code;
using base::Error;

constexpr std::uint64_t kLeafSize = 1 << 20;  // bytes
constexpr std::uint64_t kMaxLeaves = 8;       // of one answer

Error not_open(std::string_view state) {
  return {Code::kConflict, "the link is " + std::string(state), ""};
}

// Signed, so that the sender can show it to others; it stays the relay's word.
base::Result<Fact> receipt_fact(const Unit& unit, const Request& request, const StoredLink& link,
                                receipt::State state) {
  receipt::Receipt value;
  value.message = link.message_id;
  value.from = link.from;
  value.message_sha256 = link.sha256;
  value.state = state;
  TRY(std::string statement, sign_receipt(std::move(value), unit));
  Fact fact = link_fact(unit, request, link, "message." + std::string(receipt::state_name(state)));
  fact.event.details["statement"] = base::to_hex(crypto::sha256(base::as_bytes(statement)));
  fact.evidence =
      NewEvidence{link.message, state, unit.log_key.name(), link.from, std::move(statement)};
  unit.arrivals.receipts.insert(link.from);
  return fact;
}

base::Result<Written> refuse_passcode(Unit& unit, const Request& request, const StoredLink& link) {
  const std::uint64_t wrong = link.wrong + 1;
  const bool lock = wrong >= kWrongPasscodes;
  TRY(unit.store.set_link(link.link.id, lock ? LinkState::kLocked : link.state, wrong,
                          link.replies));
  std::vector<Fact> facts;
  facts.push_back(link_fact(unit, request, link, "message.wrong-passcode"));
  facts.back().event.outcome = audit::Outcome::kFailed;
  if (lock) {
    TRY(unit.store.close_link(link.link.id));
    TRY(Fact locked, receipt_fact(unit, request, link, receipt::State::kLinkLocked));
    facts.push_back(std::move(locked));
  }
  return Written{problem(Error{Code::kWrongPassphrase, "this is not the passcode", ""}),
                 Record::of(std::move(facts))};
}

base::Result<Reply> age_file(Unit& unit, const StoredLink& link) {
  TRY(const base::Bytes payload, unit.store.reads().payload(link.message));
  base::Bytes file = link.link.header;
  base::append(file, payload);
  return octets(std::move(file));
}

base::Result<Written> take_claim(Unit& unit, const Request& request, const LinkRequest& shown) {
  MetaReader& store = unit.store.reads();
  TRY(const StoredLink link, find_link(store, shown));
  if (const auto standing = standing_claim(store, link, shown, unit.now)) {
    TRY(Reply reply, age_file(unit, link));
    return Written{std::move(reply), Record::repeat()};
  }
  const std::string_view state = link_state(link, unit.now);
  if (state != "open") return not_open(state);
  if (!crypto::equal(link.link.open, *shown.open)) return refuse_passcode(unit, request, link);
  TRY(const LinkViews views, store.link_views(shown.id, unit.now - kClaimLasts));
  if (views.committed + views.held >= link.link.views) {
    return Error{Code::kConflict, "the message is being opened elsewhere", "try again later"};
  }
  TRY(const auto before, store.link_claim(shown.id, shown.claim));
  TRY(unit.store.set_link_claim(shown.id, shown.claim,
                                {unit.now, true, before ? before->committed : 0}));
  TRY(Reply reply, age_file(unit, link));
  return Written{std::move(reply),
                 Record::of(link_fact(unit, request, link, "message.claim-by-link"))};
}

base::Result<Written> take_commit(Unit& unit, const Request& request, const LinkRequest& shown) {
  MetaReader& store = unit.store.reads();
  TRY(const StoredLink link, find_link(store, shown));
  TRY(LinkClaim claim, standing_claim(store, link, shown, unit.now));
  if (!claim.held) return Written{Reply{}, Record::repeat()};
  claim.held = false;
  ++claim.committed;
  TRY(unit.store.set_link_claim(shown.id, shown.claim, claim));
  TRY(const LinkViews views, store.link_views(shown.id, unit.now - kClaimLasts));
  if (views.committed >= link.link.views) {
    TRY(unit.store.set_link(shown.id, LinkState::kSpent, link.wrong, link.replies));
  }
  TRY(Fact fact, receipt_fact(unit, request, link, receipt::State::kOpenedByLink));
  return Written{Reply{}, Record::of(std::move(fact))};
}

// An attachment of the message that the claim opens.
base::Result<StoredBlob> claimed_blob(MetaReader& store, const LinkRequest& shown, base::Time now) {
  TRY(const StoredLink link, find_link(store, shown));
  TRY(standing_claim(store, link, shown, now));
  TRY(const bool named, store.message_names_blob(link.message, shown.blob));
  TRY(auto blob, store.blob(shown.blob));
  if (named && blob && blob->complete) return *std::move(blob);
  return Error{Code::kNotFound, "the message has no such attachment", ""};
}

}  // namespace

// No frame may hold it, nothing may guess its type, and it is asked for again each time.
base::Result<Outcome> get_page(Request&, Engine& engine) {
  if (engine.assets.page.empty()) {
    return Error{Code::kNotFound, "this relay does not serve the page of links", ""};
  }
  return Outcome(Reply{200,
                       "text/html; charset=utf-8",
                       base::to_bytes(std::string_view(engine.assets.page)),
                       {{"Content-Security-Policy", "frame-ancestors 'none'"},
                        {"X-Frame-Options", "DENY"},
                        {"X-Content-Type-Options", "nosniff"},
                        {"Referrer-Policy", "no-referrer"}},
                       std::nullopt});
}

base::Result<Outcome> post_link_look(Request& request, Engine& engine) {
  TRY(take_link_turn(engine, request.address));
  TRY(const LinkRequest shown, parse_link_request(request.path.front(), request.body, {}));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const StoredLink link, find_link(*store, shown));
  const text::Json answer{{"state", link_state(link, engine.seams.clock.now())},
                          {"passcode", wire::passcode_name(link.link.passcode)},
                          {"tries", kWrongPasscodes - std::min(link.wrong, kWrongPasscodes)},
                          {"expires", text::format_time(link.expires)},
                          {"organisation", engine.settings.organisation.name()},
                          {"purpose", link.purpose}};
  return Outcome(json(text::canonical(answer)));
}

base::Result<Outcome> post_link_claim(Request& request, Engine& engine) {
  TRY(take_link_turn(engine, request.address));
  TRY(LinkRequest shown, parse_link_request(request.path.front(), request.body, {"open", "claim"}));
  return Outcome(Change([request, shown = std::move(shown)](Unit& unit) {
    return take_claim(unit, request, shown);
  }));
}

base::Result<Outcome> post_link_commit(Request& request, Engine& engine) {
  TRY(take_link_turn(engine, request.address));
  TRY(LinkRequest shown, parse_link_request(request.path.front(), request.body, {"open", "claim"}));
  return Outcome(Change([request, shown = std::move(shown)](Unit& unit) {
    return take_commit(unit, request, shown);
  }));
}

base::Result<Outcome> post_link_leaves(Request& request, Engine& engine) {
  TRY(take_link_turn(engine, request.address));
  TRY(const LinkRequest shown,
      parse_link_request(request.path.front(), request.body, {"open", "claim", "blob"}));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const StoredBlob blob, claimed_blob(*store, shown, engine.seams.clock.now()));
  TRY(base::Bytes leaves, store->blob_leaves(blob.id));
  return Outcome(octets(std::move(leaves)));
}

base::Result<Outcome> post_link_blob(Request& request, Engine& engine) {
  TRY(take_link_turn(engine, request.address));
  TRY(const LinkRequest shown, parse_link_request(request.path.front(), request.body,
                                                  {"open", "claim", "blob", "first", "count"}));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const StoredBlob blob, claimed_blob(*store, shown, engine.seams.clock.now()));
  const std::uint64_t leaves = (blob.size + kLeafSize - 1) / kLeafSize;
  if (shown.count == 0 || shown.count > kMaxLeaves || shown.first >= leaves) {
    return Error{Code::kMalformed, "no such leaves, or more than 8 of them", ""};
  }
  const std::uint64_t first = shown.first * kLeafSize;
  const std::uint64_t length = std::min(shown.count * kLeafSize, blob.size - first);
  TRY(base::Fd file, engine.blobs->open_for_reading(blob.id));
  Reply reply = octets({});
  reply.file = FileRange{std::move(file), first, length};
  return Outcome(std::move(reply));
}

}  // namespace sealpost::relay
