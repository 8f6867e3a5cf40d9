// How blobs are cut into leaves: client and relay hash the same pieces.
#pragma once

#include <cstdint>

namespace sealpost::merkle {

inline constexpr std::uint64_t kBlobLeafSize = 1 << 20;  // bytes of ciphertext under one leaf

// Leaves of a blob of `size` bytes; the last one may be shorter.
inline constexpr std::uint64_t blob_leaf_count(std::uint64_t size) {
  return size / kBlobLeafSize + (size % kBlobLeafSize != 0 ? 1 : 0);
}

}  // namespace sealpost::merkle
