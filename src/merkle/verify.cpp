// Proof verification as RFC 9162 §2.1.3.2 and §2.1.4.2 write it, step by step.
#include <bit>

#include "merkle/merkle.hpp"

namespace sealpost::merkle {
namespace {

base::Error wrong(std::string_view what) {
  return {base::Code::kVerificationFailed, std::string(what), ""};
}

// A node's number on its level, and the number of the last node of that level, while climbing.
struct Climb {
  std::uint64_t fn;
  std::uint64_t sn;

  bool at_root() const { return sn == 0; }
  // True when the next hash of the proof stands to the left of the node.
  bool sibling_is_left() const { return (fn & 1U) != 0 || fn == sn; }
  void up() {
    fn >>= 1;
    sn >>= 1;
  }
  // Above a left sibling, skips the levels on which the node has no sibling at all.
  void skip_lonely_levels() {
    while (fn != 0 && (fn & 1U) == 0) up();
  }
};

base::Result<void> verify_growth(std::uint64_t old_size, const Digest& old_root, std::uint64_t size,
                                 const Digest& root, std::span<const Digest> proof) {
  // When the old tree is a complete subtree its root is the first hash, and is left out.
  const bool complete = std::has_single_bit(old_size);
  if (!complete && proof.empty()) return wrong("the consistency proof is too short");
  Digest old_hash = complete ? old_root : proof.front();
  Digest new_hash = old_hash;
  Climb climb{old_size - 1, size - 1};
  while ((climb.fn & 1U) != 0) climb.up();
  for (const Digest& sibling : proof.subspan(complete ? 0 : 1)) {
    if (climb.at_root()) return wrong("the consistency proof is too long");
    if (climb.sibling_is_left()) {
      old_hash = node_hash(sibling, old_hash);
      new_hash = node_hash(sibling, new_hash);
      climb.skip_lonely_levels();
    } else {
      new_hash = node_hash(new_hash, sibling);
    }
    climb.up();
  }
  if (!climb.at_root()) return wrong("the consistency proof is too short");
  if (old_hash != old_root) return wrong("the proof does not lead to the older tree");
  if (new_hash != root) return wrong("the newer tree is not a continuation of the older one");
  return {};
}

}  // namespace

base::Result<void> verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                                    std::span<const Digest> path, const Digest& root) {
  if (index >= size) return wrong("the entry lies beyond the end of the log");
  Digest hash = leaf;
  Climb climb{index, size - 1};
  for (const Digest& sibling : path) {
    if (climb.at_root()) return wrong("the inclusion proof is too long");
    if (climb.sibling_is_left()) {
      hash = node_hash(sibling, hash);
      climb.skip_lonely_levels();
    } else {
      hash = node_hash(hash, sibling);
    }
    climb.up();
  }
  if (!climb.at_root()) return wrong("the inclusion proof is too short");
  if (hash != root) return wrong("the entry is not in the log at this place");
  return {};
}

base::Result<void> verify_consistency(std::uint64_t old_size, const Digest& old_root,
                                      std::uint64_t size, const Digest& root,
                                      std::span<const Digest> proof) {
  if (old_size > size) return wrong("the log has shrunk");
  if (old_size > 0 && old_size < size) {
    return verify_growth(old_size, old_root, size, root, proof);
  }
  if (!proof.empty()) return wrong("the consistency proof is too long");
  if (size == 0 && root != empty_root()) return wrong("an empty log with a root that is not empty");
  if (old_size == size && size > 0 && old_root != root) {
    return wrong("two logs of one size with different roots");
  }
  return {};
}

}  // namespace sealpost::merkle
