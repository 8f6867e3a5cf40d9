#include "relay/routes.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "relay/handlers/handlers.hpp"
#include "relay/links.hpp"

namespace sealpost::relay {
namespace {

using trust::Operation;

constexpr std::size_t kNoBody = 0;
constexpr bool kBeforeCode = true;
constexpr std::size_t kSmall = 64 << 10;
constexpr std::size_t kLeafList = 40 << 20;
constexpr std::size_t kPart = wire::kPartSize;

// Sorted by topic. Tiles of hashes and bundles of entries differ in who may read them; the longer
// pattern comes first.
constexpr std::array kRoutes{
    Route{"GET", "/livez", Access::kAnyone, {}, kNoBody, get_live},
    Route{"GET", "/readyz", Access::kAnyone, {}, kNoBody, get_ready},
    Route{"GET", "/metrics", Access::kLoopback, {}, kNoBody, get_metrics},

    Route{"GET", "/v1/relay", Access::kAnyone, {}, kNoBody, get_relay},
    Route{"GET",
          "/v1/trust",
          Access::kNewcomer,
          {Operation::kReadTrust},
          kNoBody,
          get_trust,
          nullptr,
          kBeforeCode},
    Route{"GET",
          "/v1/trust/evidence",
          Access::kDevice,
          {Operation::kReadReceipts, Operation::kReadLog},
          kNoBody,
          get_trust_evidence},
    Route{"POST",
          "/v1/trust",
          Access::kBootstrap,
          {Operation::kReadTrust},
          wire::kMaxBody,
          post_trust},
    Route{"POST", "/v1/enrol", Access::kInvitation, {}, 4 * kSmall, post_enrol},

    Route{"GET", "/v1/mfa", Access::kDevice, {}, kNoBody, get_mfa, nullptr, kBeforeCode},
    Route{"POST",
          "/v1/mfa/enrol",
          Access::kDevice,
          {},
          kNoBody,
          post_mfa_enrol,
          nullptr,
          kBeforeCode},
    Route{"POST",
          "/v1/mfa/verify",
          Access::kDevice,
          {},
          kSmall,
          post_mfa_verify,
          nullptr,
          kBeforeCode},
    Route{"POST", "/v1/mfa/reset", Access::kDevice, {Operation::kResetMfa}, kSmall, post_mfa_reset},

    Route{"GET", "/v1/prekeys", Access::kDevice, {Operation::kPublishPrekey}, kNoBody, get_prekeys},
    Route{"POST",
          "/v1/prekeys",
          Access::kDevice,
          {Operation::kPublishPrekey},
          wire::kMaxBody,
          post_prekeys},
    Route{"POST",
          "/v1/prekeys/claim",
          Access::kDevice,
          {Operation::kClaimPrekeys},
          wire::kMaxBody,
          post_prekey_claim},

    Route{
        "POST", "/v1/messages", Access::kDevice, {Operation::kSend}, wire::kMaxBody, post_messages},
    Route{"POST",
          "/v1/messages/{}/envelopes",
          Access::kDevice,
          {Operation::kSend},
          2 * kSmall,
          post_envelope},
    Route{"GET", "/v1/inbox", Access::kDevice, {Operation::kReceive}, kNoBody, get_inbox},
    Route{"POST",
          "/v1/inbox/acknowledge",
          Access::kDevice,
          {Operation::kReceive},
          wire::kMaxBody,
          post_acknowledge},

    Route{"POST",
          "/v1/receipts",
          Access::kDevice,
          {Operation::kReceive},
          wire::kMaxBody,
          post_receipts},
    Route{
        "GET", "/v1/receipts", Access::kDevice, {Operation::kReadReceipts}, kNoBody, get_receipts},
    Route{"GET",
          "/v1/messages/{}/evidence",
          Access::kDevice,
          {Operation::kReadReceipts},
          kNoBody,
          get_evidence},

    Route{"POST", "/v1/recalls", Access::kDevice, {Operation::kRecall}, kSmall, post_recall},
    Route{"GET", "/v1/recalls/{}", Access::kDevice, {Operation::kRecall}, kNoBody, get_recall},
    Route{"GET",
          "/v1/recalls/{}/evidence",
          Access::kDevice,
          {Operation::kRecall},
          kNoBody,
          get_recall_evidence},

    Route{"POST", "/v1/exports", Access::kDevice, {Operation::kReadReceipts}, kSmall, post_export},

    // Of every role: what the route takes is what each device says about itself.
    Route{"POST", "/v1/journal", Access::kDevice, {}, wire::kMaxBody, post_journal},

    // Without a signature: who has a link has nothing else.
    Route{"GET", "/l", Access::kAnyone, {}, kNoBody, get_page},
    Route{"POST", "/v1/links/{}/look", Access::kAnyone, {}, kLinkBody, post_link_look},
    Route{"POST", "/v1/links/{}/claim", Access::kAnyone, {}, kLinkBody, post_link_claim},
    Route{"POST", "/v1/links/{}/commit", Access::kAnyone, {}, kLinkBody, post_link_commit},
    Route{"POST", "/v1/links/{}/leaves", Access::kAnyone, {}, kLinkBody, post_link_leaves},
    Route{"POST", "/v1/links/{}/blob", Access::kAnyone, {}, kLinkBody, post_link_blob},
    Route{"POST", "/v1/links/{}/reply", Access::kAnyone, {}, kLinkBody, post_link_reply},
    Route{"POST", "/v1/links/{}/stop", Access::kAnyone, {}, kLinkBody, post_link_stop},
    Route{"GET", "/v1/replies", Access::kDevice, {Operation::kReadReceipts}, kNoBody, get_replies},
    Route{"POST",
          "/v1/replies/acknowledge",
          Access::kDevice,
          {Operation::kReadReceipts},
          kSmall,
          post_replies_stored},
    Route{"GET", "/v1/stops", Access::kDevice, {Operation::kWriteRegister}, kNoBody, get_stops},
    Route{"POST",
          "/v1/stops/recorded",
          Access::kDevice,
          {Operation::kWriteRegister},
          kSmall,
          post_stops_recorded},
    Route{"POST",
          "/v1/stops/lift",
          Access::kDevice,
          {Operation::kWriteRegister},
          kSmall,
          post_stop_lift},

    // Without a signature: the device that asks may be locked, or refused already.
    Route{"GET", "/v1/orders/{}", Access::kAnyone, {}, kNoBody, get_order},
    Route{"POST", "/v1/orders/answer", Access::kAnyone, {}, kSmall, post_order_answer},
    Route{"GET", "/v1/orders", Access::kDevice, {Operation::kReadTrust}, kNoBody, get_orders},
    Route{"POST", "/v1/orders", Access::kDevice, {Operation::kReadTrust}, kSmall, post_order},

    Route{"GET",
          "/v1/register/{}",
          Access::kDevice,
          {Operation::kReadRegister},
          kNoBody,
          get_register},
    Route{"GET",
          "/v1/register/{}/entries",
          Access::kDevice,
          {Operation::kReadRegister},
          kNoBody,
          get_register_entries},
    Route{"POST",
          "/v1/register/{}/entries",
          Access::kDevice,
          {Operation::kWriteRegister},
          wire::kMaxBody,
          post_register_entry},
    Route{"POST",
          "/v1/register/{}/grants",
          Access::kDevice,
          {Operation::kWriteRegister},
          wire::kMaxBody,
          post_register_grants},
    Route{"GET",
          "/v1/register/{}/grant",
          Access::kDevice,
          {Operation::kReadRegister},
          kNoBody,
          get_register_grant},
    Route{"POST",
          "/v1/register/{}/grant/missed",
          Access::kDevice,
          {Operation::kReadRegister},
          kNoBody,
          post_register_missed},
    Route{"POST", "/v1/decisions", Access::kDevice, {Operation::kSend}, 8 * kSmall, post_decisions},

    Route{"POST", "/v1/blobs", Access::kDevice, {Operation::kSend}, kSmall, post_blob},
    Route{"PUT",
          "/v1/blobs/{}/parts/{}",
          Access::kDevice,
          {Operation::kSend},
          kPart,
          nullptr,
          open_part},
    Route{"POST",
          "/v1/blobs/{}/complete",
          Access::kDevice,
          {Operation::kSend},
          kLeafList,
          post_blob_complete},
    Route{"GET",
          "/v1/blobs/{}",
          Access::kDevice,
          {Operation::kReceive, Operation::kSend, Operation::kReadRegister},
          kNoBody,
          get_blob},
    Route{"GET",
          "/v1/blobs/{}/leaves",
          Access::kDevice,
          {Operation::kReceive, Operation::kSend, Operation::kReadRegister},
          kNoBody,
          get_blob_leaves},

    Route{"GET",
          "/v1/audit/checkpoint",
          Access::kDevice,
          {Operation::kReadTrust},
          kNoBody,
          get_checkpoint,
          nullptr,
          kBeforeCode},
    Route{"GET",
          "/v1/audit/cosigned",
          Access::kDevice,
          {Operation::kReadTrust},
          kNoBody,
          get_cosigned,
          nullptr,
          kBeforeCode},
    Route{"GET", "/v1/audit/floor", Access::kDevice, {Operation::kReadTrust}, kNoBody, get_floor},
    Route{"GET",
          "/v1/audit/tile/entries/**",
          Access::kDevice,
          {Operation::kReadLog},
          kNoBody,
          get_entries},
    Route{"GET",
          "/v1/audit/tile/**",
          Access::kDevice,
          {Operation::kReadTrust},
          kNoBody,
          get_tile,
          nullptr,
          kBeforeCode},
    Route{"GET", "/v1/audit/events", Access::kDevice, {Operation::kReadLog}, kNoBody, get_events},
    Route{"POST",
          "/v1/audit/exports",
          Access::kDevice,
          {Operation::kReadLog},
          kSmall,
          post_audit_export},
    Route{"POST",
          "/v1/audit/reviews",
          Access::kDevice,
          {Operation::kReadLog},
          2 * kSmall,
          post_audit_review},
};

// The variables of the pattern, or nothing when the path is another.
std::optional<std::vector<std::string>> match(std::string_view pattern,
                                              const std::vector<std::string_view>& path) {
  const auto wanted = base::split(pattern, '/');
  std::vector<std::string> out;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i >= path.size()) return std::nullopt;
    if (wanted[i] == "**") {
      std::string rest(path[i]);
      for (std::size_t j = i + 1; j < path.size(); ++j) rest += "/" + std::string(path[j]);
      out.push_back(std::move(rest));
      return out;
    }
    if (wanted[i] == "{}") {
      auto decoded = base::percent_decode(path[i]);
      if (!decoded || decoded->empty()) return std::nullopt;
      out.push_back(*std::move(decoded));
    } else if (wanted[i] != path[i]) {
      return std::nullopt;
    }
  }
  if (path.size() != wanted.size()) return std::nullopt;
  return out;
}

}  // namespace

std::span<const Route> routes() { return kRoutes; }

base::Result<Match> find_route(std::string_view method, std::string_view path) {
  const auto segments = base::split(path, '/');
  bool known = false;
  for (const Route& route : kRoutes) {
    auto variables = match(route.pattern, segments);
    if (!variables) continue;
    if (route.method == method) return Match{&route, *std::move(variables)};
    known = true;
  }
  if (known) return base::Error{base::Code::kUsage, "this address does not take this method", ""};
  return base::Error{base::Code::kNotFound, "the relay has no such address", ""};
}

}  // namespace sealpost::relay
