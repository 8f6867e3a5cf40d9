#include "flow/pruned.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "audit/event.hpp"
#include "base/encoding.hpp"
#include "flow/logged_chain.hpp"
#include "merkle/tile.hpp"

namespace sealpost::flow {
namespace {

using base::Result;

constexpr std::string_view kVersion = "sealpost-mirror-pruned/1\nfloor: ";
constexpr std::uint64_t kPage = 100;  // trust chain entries asked for at once

base::Error distrust(std::string what) {
  return {base::Code::kVerificationFailed, std::move(what),
          "do not use this relay until the organisation's owner has found out why"};
}

base::Error malformed() {
  return {base::Code::kMalformed, "the list of what was pruned is out of form", ""};
}

Result<std::uint64_t> ask_floor(client::RelayClient& relay) {
  auto floor = relay.log_floor();
  // A relay of an older version shows everything.
  if (!floor && floor.error().code == base::Code::kNotFound) return std::uint64_t{0};
  if (floor && *floor % merkle::kTileWidth != 0) return distrust("the log's floor is impossible");
  return floor;
}

// One item of evidence: the entry of that number, logged at that place.
Result<void> check(const wire::EvidenceItem& item, std::uint64_t number, const std::string& entry,
                   const merkle::Checkpoint& tree, const merkle::NodeReader& nodes) {
  if (item.statement != entry) {
    return distrust(fmt::format("the relay shows another trust chain entry {}", number));
  }
  TRY(const auto path, merkle::inclusion_proof(item.index, tree.size, nodes));
  if (!merkle::verify_inclusion(item.index, tree.size, merkle::leaf_hash(item.leaf), path,
                                tree.root)) {
    return distrust(fmt::format("trust chain entry {} is not in the log", number));
  }
  TRY(const audit::Event event, audit::parse_leaf(item.leaf));
  return check_logs_entry(event, {number, entry, item.index});
}

}  // namespace

Result<Pruned> fetch_pruned(Installation& installation, client::RelayClient& relay,
                            const merkle::Checkpoint& tree) {
  Pruned pruned;
  TRY(pruned.floor, ask_floor(relay));
  pruned.floor = std::min(pruned.floor, tree.size / merkle::kTileWidth * merkle::kTileWidth);
  const auto& entries = installation.chain().entries();
  const merkle::NodeReader nodes = remote_nodes(relay, tree.size);
  for (std::uint64_t first = 0; pruned.floor > 0 && first < entries.size(); first += kPage) {
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t n = first; n < std::min<std::uint64_t>(first + kPage, entries.size()); ++n) {
      numbers.push_back(n);
    }
    TRY(const wire::EvidenceList list, relay.trust_evidence(numbers));
    if (list.items.size() != numbers.size()) return distrust("the relay hides trust chain entries");
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const wire::EvidenceItem& item = list.items[i];
      if (item.index >= pruned.floor) return pruned;
      if (!pruned.leaves.empty() && item.index <= pruned.leaves.back().index) {
        return distrust("the entries of the trust chain are not logged in their order");
      }
      TRY(check(item, numbers[i], entries[static_cast<std::size_t>(numbers[i])], tree, nodes));
      pruned.leaves.push_back({item.index, item.leaf});
    }
  }
  return pruned;
}

std::string format_pruned(const Pruned& pruned) {
  std::string text = fmt::format("{}{}\n", kVersion, pruned.floor);
  for (const LoggedLeaf& leaf : pruned.leaves) {
    text += fmt::format("{} {}\n", leaf.index, base::as_text(leaf.leaf));
  }
  return text;
}

Result<Pruned> parse_pruned(std::string_view text) {
  if (!text.starts_with(kVersion) || !text.ends_with('\n')) return malformed();
  text.remove_prefix(kVersion.size());
  text.remove_suffix(1);
  const auto lines = base::split(text, '\n');
  Pruned pruned;
  TRY(pruned.floor, base::parse_decimal(lines.front()));
  if (pruned.floor == 0 || pruned.floor % merkle::kTileWidth != 0) return malformed();
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t space = lines[i].find(' ');
    if (space == std::string_view::npos) return malformed();
    TRY(const std::uint64_t index, base::parse_decimal(lines[i].substr(0, space)));
    const bool behind = pruned.leaves.empty() || index > pruned.leaves.back().index;
    if (!behind || index >= pruned.floor) return malformed();
    pruned.leaves.push_back({index, base::to_bytes(base::as_bytes(lines[i].substr(space + 1)))});
  }
  return pruned;
}

}  // namespace sealpost::flow
