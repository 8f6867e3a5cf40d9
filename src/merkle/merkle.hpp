// RFC 6962 hash trees: hashing, proofs and their verification. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "crypto/hash.hpp"

namespace sealpost::merkle {

using crypto::Digest;

Digest leaf_hash(base::ByteView entry);
Digest node_hash(const Digest& left, const Digest& right);
Digest empty_root();

// The frontier of a growing tree: O(log n) memory, append in amortised O(1). One thread.
class Frontier {
 public:
  void append(const Digest& leaf);
  std::uint64_t size() const { return size_; }
  Digest root() const;  // O(log n)

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> peaks_;
};

Digest root_of(std::span<const Digest> leaves);

// kVerificationFailed with a sentence that says what does not hold. An old size of 0 is consistent
// with every tree: its proof is empty and its root is not looked at.
base::Result<void> verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                                    std::span<const Digest> path, const Digest& root);
base::Result<void> verify_consistency(std::uint64_t old_size, const Digest& old_root,
                                      std::uint64_t size, const Digest& root,
                                      std::span<const Digest> proof);

// Reads node hashes of a stored tree: the hash of the complete subtree of 2^level leaves that
// starts at leaf index * 2^level. Fails with whatever the storage says.
using NodeReader = std::function<base::Result<Digest>(int level, std::uint64_t index)>;

// RFC 9162 §2.1: proofs with the leaf's sibling first. kNotFound for an index or an old size beyond
// the tree; otherwise they fail only as `read` fails.
base::Result<Digest> read_root(std::uint64_t size, const NodeReader& read);
base::Result<std::vector<Digest>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                                  const NodeReader& read);
base::Result<std::vector<Digest>> consistency_proof(std::uint64_t old_size, std::uint64_t size,
                                                    const NodeReader& read);

}  // namespace sealpost::merkle
