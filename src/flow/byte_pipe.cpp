#include "flow/byte_pipe.hpp"

#include <algorithm>

namespace sealpost::flow {
namespace {

constexpr std::size_t kBlock = 1 << 20;  // bytes
constexpr std::size_t kBlocks = 6;       // full ones waiting for the reader

}  // namespace

base::Result<void> BytePipe::Sink::write(base::ByteView bytes) {
  while (!bytes.empty()) {
    base::Bytes& block = pipe_.filling_;
    if (block.capacity() < kBlock) block.reserve(kBlock);
    const auto piece = bytes.first(std::min(bytes.size(), kBlock - block.size()));
    base::append(block, piece);
    bytes = bytes.subspan(piece.size());
    if (block.size() == kBlock && !pipe_.push_filling()) {
      return base::Error{base::Code::kInterrupted, "nobody reads any more", ""};
    }
  }
  return {};
}

// False when the reader has gone.
bool BytePipe::push_filling() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return abandoned_ || full_.size() < kBlocks; });
  if (abandoned_) return false;
  full_.push_back(std::move(filling_));
  filling_ = {};
  if (!spare_.empty()) {
    filling_ = std::move(spare_.front());
    spare_.pop_front();
    filling_.clear();
  }
  changed_.notify_all();
  return true;
}

void BytePipe::close(base::Result<void> outcome) {
  if (!filling_.empty()) push_filling();
  const std::lock_guard lock(mutex_);
  outcome_ = std::move(outcome);
  changed_.notify_all();
}

void BytePipe::abandon() {
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
  changed_.notify_all();
}

// Waits for a block, giving back the one read before; false at the end.
bool BytePipe::pop(base::Bytes& block) {
  std::unique_lock lock(mutex_);
  if (block.capacity() > 0) spare_.push_back(std::move(block));
  block = {};
  changed_.wait(lock, [this] { return outcome_ || !full_.empty(); });
  if (full_.empty()) return false;
  block = std::move(full_.front());
  full_.pop_front();
  changed_.notify_all();
  return true;
}

base::Result<std::size_t> BytePipe::Source::read(std::span<std::uint8_t> out) {
  if (taken_ == block_.size()) {
    taken_ = 0;
    if (!pipe_.pop(block_)) {
      if (!*pipe_.outcome_) return pipe_.outcome_->error();
      return std::size_t{0};
    }
  }
  const std::size_t count = std::min(out.size(), block_.size() - taken_);
  std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(taken_), count, out.begin());
  taken_ += count;
  return count;
}

}  // namespace sealpost::flow
