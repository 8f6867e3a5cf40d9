#include "flow/sync.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/freshness.hpp"
#include "flow/rotation.hpp"
#include "merkle/tile.hpp"
#include "note/cosignature.hpp"

namespace sealpost::flow {
namespace {

constexpr int kMaxRounds = 10000;  // pages of one catching up

base::Error distrust(std::string what) {
  return {base::Code::kVerificationFailed, std::move(what),
          "do not use this relay until the organisation's owner has found out why"};
}

// Of a message whose sender signed a view that does not fit this vault's.
std::string split_view(std::string_view who, std::string_view what) {
  return fmt::format(
      "{0} has seen {1}; the relay hides something from one of you: ask {0}, and tell the "
      "organisation's owner",
      who, what);
}

base::Result<SignedCheckpoint> fetch_checkpoint(const Installation& installation,
                                                client::RelayClient& relay) {
  TRY(const note::Verifier log, installation.log_verifier());
  TRY(std::string bytes, relay.checkpoint());
  TRY(const note::Note signed_note, note::parse(bytes));
  if (!note::signed_by(signed_note, log)) {
    return distrust("the relay's checkpoint is not signed by the log's key");
  }
  TRY(merkle::Checkpoint checkpoint, merkle::parse_checkpoint(signed_note.text));
  if (checkpoint.origin != log.name()) {
    return distrust("the relay's checkpoint is of another log");
  }
  auto at = note::cosigned_at(signed_note, note::Cosigner::of(log));
  if (!at) return distrust("the time on the relay's checkpoint does not verify");
  return SignedCheckpoint{std::move(bytes), std::move(checkpoint), *at};
}

// A time that does not count leaves the view as old as it was.
base::Result<void> take_time(Installation& installation, std::optional<base::Time> said,
                             base::Time now) {
  installation.set_view_doubt(doubt_about(said, installation.view_time(), now));
  if (!installation.view_doubt().empty()) return {};
  return installation.set_view_time(*said);
}

// `nodes` are those of the newer tree.
base::Result<void> check_begins(const note::View& older, const note::View& newer,
                                const merkle::NodeReader& nodes) {
  if (older.size == 0) return {};
  std::vector<crypto::Digest> proof;
  if (older.size != newer.size) {
    TRY(proof, merkle::consistency_proof(older.size, newer.size, nodes));
  }
  auto holds = merkle::verify_consistency(older.size, older.hash, newer.size, newer.hash, proof);
  if (!holds) {
    return distrust(
        fmt::format("the audit log of {} events does not extend the one of {} events "
                    "seen before: {}",
                    newer.size, older.size, holds.error().text));
  }
  return {};
}

}  // namespace

base::Result<void> check_extends(client::RelayClient& relay, const note::View& older,
                                 const note::View& newer) {
  if (older.size > newer.size) return check_extends(relay, newer, older);
  return check_begins(older, newer, remote_nodes(relay, newer.size));
}

base::Result<client::RelayClient> connect(Installation& installation, Context& context) {
  const Profile& profile = installation.profile();
  if (profile.url.empty()) {
    return base::Error{base::Code::kNotFound, "the organisation has no relay yet",
                       "use `sealpost org connect`"};
  }
  TRY(installation.take_up_signer());
  TRY(settle_key(installation, context));
  TRY(client::RelayClient relay,
      client::RelayClient::make({profile.url, profile.pin}, &installation.signer(),
                                {context.clock, context.random, context.interrupt}));
  relay.on_replaced_key([&installation, &context] { return find_new_key(installation, context); });
  return relay;
}

base::Result<void> sync_trust(Installation& installation, client::RelayClient& relay) {
  for (int round = 0; round < kMaxRounds; ++round) {
    const std::uint64_t have = installation.chain().size();
    TRY(const wire::TrustEntries more, relay.trust_since(have));
    if (more.size < have) {
      return distrust(fmt::format("the relay's trust chain has {} entries, this vault has seen {}",
                                  more.size, have));
    }
    if (more.entries.empty()) {
      if (more.size == have) return {};
      return distrust("the relay announces trust chain entries that it does not give");
    }
    TRY(check_log_views(installation, relay, more.entries));
    auto extended = installation.extend_chain(more.entries);
    if (!extended) {
      return distrust("the relay's trust chain does not verify: " + extended.error().text);
    }
    if (installation.chain().size() >= more.size) return {};
  }
  return distrust("the relay's trust chain does not end");
}

base::Result<void> check_log_views(Installation& installation, client::RelayClient& relay,
                                   std::span<const std::string> entries) {
  std::uint64_t furthest = 0;
  std::vector<note::View> views;
  for (const std::string& entry : entries) {
    const auto seen = trust::views_in(entry);
    if (!seen || seen->log.size == 0) continue;
    views.push_back(seen->log);
    furthest = std::max(furthest, seen->log.size);
  }
  if (views.empty() || !installation.chain().relay()) return {};
  if (furthest > installation.checkpoint().size) TRY(sync_log(installation, relay));
  const note::View ours = installation.log_view();
  const merkle::NodeReader nodes = remote_nodes(relay, ours.size);
  for (const note::View& view : views) {
    if (view.size > ours.size) {
      return distrust(
          "who signed a trust chain entry has seen audit events that are not shown here");
    }
    const auto begins = check_begins(view, ours, nodes);
    if (!begins && begins.error().code == base::Code::kVerificationFailed) {
      return distrust("who signed a trust chain entry has seen another audit log");
    }
    TRY(begins);
  }
  return {};
}

base::Result<void> sync_log(Installation& installation, client::RelayClient& relay) {
  TRY(sync_checkpoint(installation, relay));
  return {};
}

base::Result<SignedCheckpoint> sync_checkpoint(Installation& installation,
                                               client::RelayClient& relay) {
  TRY(SignedCheckpoint signed_one, fetch_checkpoint(installation, relay));
  const merkle::Checkpoint& fresh = signed_one.checkpoint;
  const merkle::Checkpoint& seen = installation.checkpoint();
  if (fresh.size < seen.size) {
    return distrust(
        fmt::format("the audit log has {} events, this vault has seen {}", fresh.size, seen.size));
  }
  TRY(check_extends(relay, {seen.size, seen.root}, {fresh.size, fresh.root}));
  if (fresh != seen) TRY(installation.set_checkpoint(fresh));
  TRY(take_time(installation, signed_one.at, relay.now()));
  return signed_one;
}

base::Result<std::string> SeenViews::disagreement(std::string_view who, const note::View& log,
                                                  const note::View& trust) {
  if (trust.size > installation_.chain().size()) TRY(sync_trust(installation_, relay_));
  const auto head = installation_.chain().head_at(trust.size);
  if (!head || *head != trust.hash) return split_view(who, "another trust chain");
  if (log.size > installation_.checkpoint().size) TRY(sync_log(installation_, relay_));
  if (log.size > installation_.checkpoint().size) {
    return split_view(who, "audit events that the relay does not show here");
  }
  TRY(const bool begins, is_beginning(log));
  return begins ? std::string() : split_view(who, "another audit log");
}

base::Result<bool> SeenViews::is_beginning(const note::View& log) {
  if (ours_ != installation_.log_view()) {
    ours_ = installation_.log_view();
    nodes_ = remote_nodes(relay_, ours_.size);
  }
  const auto begins = check_begins(log, ours_, nodes_);
  if (begins) return true;
  if (begins.error().code != base::Code::kVerificationFailed) return begins.error();
  return false;
}

base::Result<std::string> compare_views(Installation& installation, client::RelayClient& relay,
                                        const note::View& log, const note::View& trust) {
  return SeenViews(installation, relay).disagreement("the sender", log, trust);
}

merkle::NodeReader remote_nodes(client::RelayClient& relay, std::uint64_t size) {
  return merkle::nodes_from_tiles(
      size, [&relay](const merkle::TileId& tile) { return relay.tile(tile); });
}

}  // namespace sealpost::flow
