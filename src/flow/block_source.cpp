#include "flow/block_source.hpp"

#include <algorithm>
#include <array>

#include "flow/transfer.hpp"

namespace sealpost::flow {
namespace {

base::Error unsteady(std::string_view how) {
  return {base::Code::kConflict, "the file became " + std::string(how) + " while it was read",
          "send it when nobody writes to it"};
}

}  // namespace

base::Result<crypto::Digest> content_digest(base::ByteSource& source) {
  ContentHash content;
  base::Bytes block(kBlockSize);
  for (;;) {
    TRY(const std::size_t count, base::read_full(source, block));
    if (count > 0) content.add(crypto::sha256(base::ByteView(block).first(count)));
    if (count < block.size()) return content.finish();
  }
}

base::Result<void> BlockSource::next_block() {
  if (interrupt_.requested()) return base::Error{base::Code::kInterrupted, "interrupted", ""};
  const std::uint64_t wanted = std::min(kBlockSize, left_.value_or(kBlockSize));
  block_.resize(static_cast<std::size_t>(wanted));
  taken_ = 0;
  TRY(const std::size_t count, base::read_full(fd_, block_));
  block_.resize(count);
  if (left_) {
    if (count < wanted) return unsteady("shorter");
    *left_ -= count;
  }
  if (count == 0) return {};
  const crypto::Digest digest = crypto::sha256(block_);
  TRY(const bool same, journal_.note(number_++, digest));
  if (!same) {
    changed_ = true;
    block_.clear();
    return base::Error{base::Code::kConflict, "the file changes while it is sent",
                       "send it when nobody writes to it"};
  }
  content_.add(digest);
  return {};
}

base::Result<std::size_t> BlockSource::read(std::span<std::uint8_t> out) {
  if (taken_ == block_.size()) {
    if (auto read = next_block(); !read) {
      block_.clear();
      taken_ = 0;
      return std::move(read).error();
    }
  }
  const std::size_t count = std::min(out.size(), block_.size() - taken_);
  std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(taken_), count, out.begin());
  taken_ += count;
  return count;
}

base::Result<crypto::Digest> BlockSource::finish() {
  std::array<std::uint8_t, 1> more{};
  if (left_) {
    TRY(const std::size_t count, base::read_some(fd_, more));
    if (count > 0) return unsteady("longer");
  }
  return content_.finish();
}

}  // namespace sealpost::flow
