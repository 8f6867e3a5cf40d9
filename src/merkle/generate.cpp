// Roots and proofs of a stored tree, RFC 9162 §2.1.3.1 and §2.1.4.1.
#include <algorithm>
#include <bit>

#include "merkle/merkle.hpp"

namespace sealpost::merkle {
namespace {

// The leaves [begin, end). Every range below starts at a multiple of the power of two that is at
// least its length, as RFC 9162's recursion makes them.
struct Range {
  std::uint64_t begin;
  std::uint64_t end;

  std::uint64_t length() const { return end - begin; }
  // Where RFC 9162 splits: after the largest power of two smaller than the length.
  std::uint64_t middle() const { return begin + std::bit_floor(length() - 1); }
};

// Merkle tree hash of a range that is not empty: its complete subtrees, folded from the right.
base::Result<Digest> read_range(Range range, const NodeReader& read) {
  std::vector<Digest> peaks;
  while (range.begin < range.end) {
    const int level = static_cast<int>(std::bit_width(range.length())) - 1;
    TRY(const Digest peak, read(level, range.begin >> level));
    peaks.push_back(peak);
    range.begin += std::uint64_t{1} << level;
  }
  Digest root = peaks.back();
  for (auto peak = peaks.rbegin() + 1; peak != peaks.rend(); ++peak) {
    root = node_hash(*peak, root);
  }
  return root;
}

base::Result<std::vector<Digest>> read_upwards(std::vector<Range> from_root,
                                               const NodeReader& read) {
  std::vector<Digest> proof;
  for (auto range = from_root.rbegin(); range != from_root.rend(); ++range) {
    TRY(const Digest hash, read_range(*range, read));
    proof.push_back(hash);
  }
  return proof;
}

}  // namespace

base::Result<Digest> read_root(std::uint64_t size, const NodeReader& read) {
  if (size == 0) return empty_root();
  return read_range({0, size}, read);
}

base::Result<std::vector<Digest>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                                  const NodeReader& read) {
  if (index >= size) {
    return base::Error{base::Code::kNotFound, "the entry lies beyond the end of the log", ""};
  }
  std::vector<Range> siblings;
  for (Range tree{0, size}; tree.length() > 1;) {
    const Range left{tree.begin, tree.middle()};
    const Range right{tree.middle(), tree.end};
    const bool in_left = index < left.end;
    siblings.push_back(in_left ? right : left);
    tree = in_left ? left : right;
  }
  return read_upwards(std::move(siblings), read);
}

base::Result<std::vector<Digest>> consistency_proof(std::uint64_t old_size, std::uint64_t size,
                                                    const NodeReader& read) {
  if (old_size > size) {
    return base::Error{base::Code::kNotFound, "the log is not as long as that", ""};
  }
  if (old_size == 0) return std::vector<Digest>();
  std::vector<Range> ranges;
  Range tree{0, size};
  while (tree.end != old_size) {
    const Range left{tree.begin, tree.middle()};
    const Range right{tree.middle(), tree.end};
    const bool in_left = old_size <= left.end;
    ranges.push_back(in_left ? right : left);
    tree = in_left ? left : right;
  }
  // A subtree that begins with the log is the old tree itself, whose root the verifier has.
  if (tree.begin != 0) ranges.push_back(tree);
  return read_upwards(std::move(ranges), read);
}

}  // namespace sealpost::merkle
