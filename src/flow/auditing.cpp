#include "flow/auditing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "audit/journal.hpp"
#include "flow/logged_chain.hpp"
#include "flow/pruned.hpp"
#include "flow/quorum.hpp"
#include "flow/visit.hpp"
#include "merkle/tile.hpp"

namespace sealpost::flow {
namespace {

base::Error refuse(std::string why) {
  return {base::Code::kVerificationFailed, std::move(why),
          "do not use this relay until the organisation's owner has found out why"};
}

// Rebuilds the tree bundle by bundle.
class LogCheck {
 public:
  // `trust_size`: how many trust chain entries the log must hold at the least. The entries of
  // `pruned` have been seen in it.
  LogCheck(const Installation& installation, client::RelayClient& relay, bool entries,
           std::uint64_t trust_size, const Pruned& pruned)
      : installation_(installation),
        relay_(relay),
        entries_(entries),
        trust_size_(trust_size),
        floor_(pruned.floor),
        logged_(installation.chain().entries(), pruned.leaves.size()),
        journals_(pruned.floor == 0) {}

  base::Result<void> check_bundle(std::uint64_t index) {
    const std::uint64_t size = installation_.checkpoint().size;
    const std::uint64_t width = std::min(merkle::kTileWidth, size - index * merkle::kTileWidth);
    TRY(const base::Bytes hashes, relay_.tile({0, index, width}));
    if (hashes.size() != width * sizeof(crypto::Digest)) return refuse("a tile has a wrong length");
    const bool shown = entries_ && (index + 1) * merkle::kTileWidth > floor_;
    std::vector<base::Bytes> entries;
    if (shown) {
      TRY(const base::Bytes bundle, relay_.tile({-1, index, width}));
      TRY(entries, merkle::split_bundle(bundle));
      if (entries.size() != width) return refuse("a bundle of entries is not complete");
    }
    for (std::uint64_t i = 0; i < width; ++i) {
      TRY(const crypto::Digest leaf,
          crypto::digest_from(base::ByteView(hashes).subspan(i * 32, 32)));
      if (shown) TRY(check_entry(index * merkle::kTileWidth + i, entries[i], leaf));
      frontier_.append(leaf);
    }
    return {};
  }

  std::uint64_t journal_breaks() const { return journals_.breaks(); }
  base::Result<void> finish() const {
    const merkle::Checkpoint& checkpoint = installation_.checkpoint();
    if (frontier_.size() != checkpoint.size || frontier_.root() != checkpoint.root) {
      return refuse("the tree rebuilt from its tiles is not the one the checkpoint signs");
    }
    if (entries_ && logged_.logged() < trust_size_) {
      return refuse(fmt::format("trust chain entry {} is not in the log", logged_.logged()));
    }
    return {};
  }

 private:
  base::Result<void> check_entry(std::uint64_t index, const base::Bytes& entry,
                                 const crypto::Digest& leaf) {
    if (merkle::leaf_hash(entry) != leaf) {
      return refuse(fmt::format("event {} is not the one the tree was built from", index));
    }
    const auto event = audit::parse_leaf(entry);
    if (!event) {
      return refuse(fmt::format("event {} is out of form: {}", index, event.error().text));
    }
    if (event->at < last_) return refuse(fmt::format("event {} goes back in time", index));
    last_ = event->at;
    if (const auto taken = logged_.take(index, *event); !taken) return refuse(taken.error().text);
    const auto followed = journals_.take(*event);
    return followed ? base::Result<void>() : refuse(followed.error().text);
  }

  const Installation& installation_;
  client::RelayClient& relay_;
  bool entries_;
  std::uint64_t trust_size_;
  std::uint64_t floor_;
  merkle::Frontier frontier_;
  base::Time last_;
  LoggedChain logged_;
  audit::JournalWatch journals_;
};

base::Result<std::optional<std::uint64_t>> check_witnesses(Installation& installation,
                                                           client::RelayClient& relay) {
  TRY(const policy::Policy policy, installation.policy());
  if (policy.witness_quorum == 0) return std::optional<std::uint64_t>();
  TRY(const SignedCheckpoint tree, logged_tree(installation, relay));
  if (tree.checkpoint.size > 0) return std::optional(tree.checkpoint.size);
  return refuse(fmt::format("the relay shows no state of the log that {} witnesses have cosigned",
                            policy.witness_quorum));
}

}  // namespace

base::Result<LogVerification> verify_log(
    Installation& installation, Context& context,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) {
  TRY(client::RelayClient relay, visit(installation, context));
  // What the chain held before the checkpoint was made must be logged in it; what the log names by
  // then must be in the chain fetched afterwards.
  const std::uint64_t trust_size = installation.chain().size();
  TRY(sync_log(installation, relay));
  TRY(sync_trust(installation, relay));
  TRY(const trust::Device* self, installation.self(context.clock.now()));
  const bool entries = trust::allowed(self->role, trust::Operation::kReadLog);
  Pruned pruned;
  if (entries) {
    TRY(pruned, fetch_pruned(installation, relay, installation.checkpoint()));
  }
  LogCheck check(installation, relay, entries, trust_size, pruned);
  const std::uint64_t size = installation.checkpoint().size;
  for (std::uint64_t index = 0; index * merkle::kTileWidth < size; ++index) {
    if (context.interrupt.requested()) {
      return base::Error{base::Code::kInterrupted, "interrupted", ""};
    }
    TRY(check.check_bundle(index));
    progress(std::min(size, (index + 1) * merkle::kTileWidth), size);
  }
  TRY(check.finish());
  TRY(const auto cosigned, check_witnesses(installation, relay));
  return LogVerification{size,     installation.checkpoint().root, entries, pruned.floor,
                         cosigned, check.journal_breaks()};
}

}  // namespace sealpost::flow
