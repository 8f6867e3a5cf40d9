// A file read block by block, each block shown to a journal before anything of it is given out. One
// thread at a time.
#pragma once

#include <optional>

#include "base/seams.hpp"
#include "base/stream.hpp"
#include "flow/upload_journal.hpp"

namespace sealpost::flow {

// SHA-256 over the SHA-256 of every block.
class ContentHash {
 public:
  void add(const crypto::Digest& block) { hash_.update(block); }
  crypto::Digest finish() { return hash_.finish(); }

 private:
  crypto::Sha256 hash_;
};

class BlockSource final : public base::ByteSource {
 public:
  // With a size exactly so many bytes must come. Borrows all but the descriptor.
  BlockSource(int fd, std::optional<std::uint64_t> size, UploadJournal& journal,
              const base::Interrupt& interrupt)
      : fd_(fd), left_(size), journal_(journal), interrupt_(interrupt) {}
  // kConflict when the file ends too early, or when changed().
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override;
  // A block was not the one that the journal knows; nothing of it was given out.
  bool changed() const { return changed_; }
  // After the end: kConflict when the file goes on; else what content_digest() says.
  base::Result<crypto::Digest> finish();

 private:
  base::Result<void> next_block();

  int fd_;
  std::optional<std::uint64_t> left_;
  UploadJournal& journal_;
  const base::Interrupt& interrupt_;
  base::Bytes block_;
  std::size_t taken_ = 0;  // bytes of block_ given out
  std::uint64_t number_ = 0;
  ContentHash content_;
  bool changed_ = false;
};

}  // namespace sealpost::flow
