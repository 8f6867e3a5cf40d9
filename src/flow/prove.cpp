#include "flow/prove.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/mirror_log.hpp"
#include "flow/visit.hpp"
#include "trust/excerpt.hpp"

namespace sealpost::flow {
namespace {

using base::Result;
using merkle::kTileWidth;

Result<void> check_index(std::uint64_t index, std::uint64_t size) {
  if (index < size) return {};
  return base::Error{base::Code::kNotFound,
                     fmt::format("there is no event {}: the log has {}", index, size), ""};
}

// The leaf at `index`, out of its bundle in a log of `size` events.
Result<base::Bytes> leaf_at(std::uint64_t index, std::uint64_t size,
                            const merkle::TileReader& read) {
  TRY(const base::Bytes bundle, read(merkle::tile_at(size, -1, index / kTileWidth)));
  TRY(std::vector<base::Bytes> entries, merkle::split_bundle(bundle));
  const auto at = static_cast<std::size_t>(index % kTileWidth);
  if (at < entries.size()) return std::move(entries[at]);
  return base::Error{base::Code::kVerificationFailed, "a bundle of events is not complete", ""};
}

// What leads from the root to the log's key.
std::vector<std::string> excerpt(const trust::Chain& chain) {
  std::vector<std::string> entries;
  for (const std::uint64_t number : trust::excerpt_for(chain, {})) {
    entries.push_back(chain.entries()[static_cast<std::size_t>(number)]);
  }
  return entries;
}

// `read` gives tiles and bundles of the tree that the checkpoint signs.
Result<ProvenEvent> prove(std::uint64_t index, const trust::Chain& chain,
                          const SignedCheckpoint& tree, const merkle::TileReader& read,
                          const std::string& hint) {
  const std::uint64_t size = tree.checkpoint.size;
  TRY(check_index(index, size));
  TRY(base::Bytes leaf, leaf_at(index, size, read));
  merkle::Proof proof{index, {}, tree.note, format_extra({std::move(leaf), excerpt(chain)})};
  TRY(proof.path, merkle::inclusion_proof(index, size, merkle::nodes_from_tiles(size, read)));
  ProvenEvent proven{merkle::format_proof(proof), {}};
  TRY(proven.verdict, judge_proof(proven.file, {chain.root()}));
  if (proven.verdict.verified()) return proven;
  return base::Error{base::Code::kVerificationFailed,
                     "no proof can be made: " + proven.verdict.reason, hint};
}

}  // namespace

Result<ProvenEvent> prove_event(Installation& installation, std::uint64_t index, Context& context) {
  TRY(client::RelayClient relay, visit(installation, context));
  TRY(const SignedCheckpoint tree, sync_checkpoint(installation, relay));
  return prove(
      index, installation.chain(), tree,
      [&relay](const merkle::TileId& tile) { return relay.tile(tile); },
      "do not use this relay until the organisation's owner has found out why");
}

Result<ProvenEvent> prove_from_mirror(const std::filesystem::path& path, const note::Verifier& root,
                                      std::uint64_t index) {
  TRY(const MirrorFolder folder, MirrorFolder::open_to_read(path));
  TRY(const MirrorHead head, read_head(folder, root));
  TRY(const Pruned pruned, read_pruned(folder, head.checkpoint.size));
  if (index < pruned.floor) {
    return base::Error{
        base::Code::kNotFound,
        fmt::format("the mirror has events from {} on; those before were pruned", pruned.floor),
        "an older mirror has them"};
  }
  return prove(
      index, head.chain, {head.note, head.checkpoint, {}},
      [&folder](const merkle::TileId& tile) { return folder.tile(tile); },
      "the mirror was damaged or changed; mirror anew into an empty folder");
}

}  // namespace sealpost::flow
