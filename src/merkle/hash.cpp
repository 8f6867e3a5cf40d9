#include <algorithm>
#include <array>
#include <bit>

#include "merkle/merkle.hpp"

namespace sealpost::merkle {
namespace {

// RFC 6962 §2.1: the prefixes keep a leaf from passing for a node.
constexpr std::uint8_t kLeafPrefix = 0x00;
constexpr std::uint8_t kNodePrefix = 0x01;

}  // namespace

Digest leaf_hash(base::ByteView entry) {
  return crypto::sha256({base::ByteView(&kLeafPrefix, 1), entry});
}

Digest node_hash(const Digest& left, const Digest& right) {
  // In one piece: a call per part costs more than the copy.
  std::array<std::uint8_t, 1 + 2 * sizeof(Digest)> bytes;
  bytes[0] = kNodePrefix;
  std::copy(right.begin(), right.end(), std::copy(left.begin(), left.end(), bytes.begin() + 1));
  return crypto::sha256(bytes);
}

Digest empty_root() { return crypto::sha256(base::ByteView{}); }

void Frontier::append(const Digest& leaf) {
  // Each trailing one bit of the size is a peak that the new leaf completes into a higher one.
  Digest peak = leaf;
  for (int merges = std::countr_one(size_); merges > 0; --merges) {
    peak = node_hash(peaks_.back(), peak);
    peaks_.pop_back();
  }
  peaks_.push_back(peak);
  ++size_;
}

Digest Frontier::root() const {
  if (peaks_.empty()) return empty_root();
  Digest root = peaks_.back();
  for (auto peak = peaks_.rbegin() + 1; peak != peaks_.rend(); ++peak) {
    root = node_hash(*peak, root);
  }
  return root;
}

Digest root_of(std::span<const Digest> leaves) {
  Frontier frontier;
  for (const Digest& leaf : leaves) frontier.append(leaf);
  return frontier.root();
}

}  // namespace sealpost::merkle
