// Ciphertext on its way, hashed in leaves of 1 MiB (RFC 6962 §2.1). sealpost-message(5),
// ATTACHMENTS. One thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/stream.hpp"
#include "crypto/hash.hpp"
#include "merkle/merkle.hpp"

namespace sealpost::message {

// Passes everything on at once and keeps the leaf hashes. Borrows its sink.
class LeafSink final : public base::ByteSink {
 public:
  explicit LeafSink(base::ByteSink& inner);
  base::Result<void> write(base::ByteView bytes) override;
  std::uint64_t count() const { return count_; }  // bytes so far
  // The hashes of all leaves, a short last one included. Nothing may be written afterwards.
  std::vector<crypto::Digest> finish();

 private:
  void close_leaf();
  base::ByteSink& inner_;
  crypto::Sha256 hash_;
  std::uint64_t count_ = 0;
  std::vector<crypto::Digest> leaves_;
};

// Reads exactly `size` bytes, a leaf at a time, and gives out nothing of a leaf before its hash is
// the expected one. Borrows source and hashes; there is a hash for every leaf of `size` bytes.
class LeafSource final : public base::ByteSource {
 public:
  LeafSource(base::ByteSource& inner, std::uint64_t size, std::span<const crypto::Digest> leaves);
  // kVerificationFailed when a leaf is not the expected one or the source ends early.
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override;
  // After the end: kVerificationFailed unless every leaf was read and the source ends here, too.
  base::Result<void> finish();

 private:
  base::Result<void> next_leaf();
  base::ByteSource& inner_;
  std::uint64_t left_;  // bytes not yet read from the source
  std::span<const crypto::Digest> expected_;
  crypto::Sha256 hash_;
  base::Bytes leaf_;
  std::size_t taken_ = 0;  // bytes of leaf_ given out
};

}  // namespace sealpost::message
