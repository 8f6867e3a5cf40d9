#include "message/leaves.hpp"

#include <algorithm>
#include <array>

#include "message/attachment.hpp"

namespace sealpost::message {
namespace {

constexpr std::array<std::uint8_t, 1> kLeafPrefix{0x00};

base::Error wrong_leaf() {
  return {base::Code::kVerificationFailed, "the attachment is not the one its sender signed",
          "fetch it again; if this repeats, the stored copy is damaged"};
}

}  // namespace

LeafSink::LeafSink(base::ByteSink& inner) : inner_(inner) { hash_.update(kLeafPrefix); }

void LeafSink::close_leaf() {
  leaves_.push_back(hash_.finish());
  hash_.update(kLeafPrefix);
}

base::Result<void> LeafSink::write(base::ByteView bytes) {
  for (base::ByteView rest = bytes; !rest.empty();) {
    const std::uint64_t room = kLeafSize - count_ % kLeafSize;
    const auto piece =
        rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(room, rest.size())));
    hash_.update(piece);
    count_ += piece.size();
    if (count_ % kLeafSize == 0) close_leaf();
    rest = rest.subspan(piece.size());
  }
  return inner_.write(bytes);
}

std::vector<crypto::Digest> LeafSink::finish() {
  if (count_ % kLeafSize != 0) close_leaf();
  return std::move(leaves_);
}

LeafSource::LeafSource(base::ByteSource& inner, std::uint64_t size,
                       std::span<const crypto::Digest> leaves)
    : inner_(inner), left_(size), expected_(leaves) {}

base::Result<void> LeafSource::next_leaf() {
  leaf_.resize(static_cast<std::size_t>(std::min(left_, kLeafSize)));
  taken_ = 0;
  TRY(const std::size_t count, base::read_full(inner_, leaf_));
  hash_.update(kLeafPrefix);
  hash_.update(leaf_);
  if (hash_.finish() != expected_.front() || count != leaf_.size()) {
    leaf_.clear();
    return wrong_leaf();
  }
  left_ -= count;
  expected_ = expected_.subspan(1);
  return {};
}

base::Result<std::size_t> LeafSource::read(std::span<std::uint8_t> out) {
  if (taken_ == leaf_.size()) {
    if (left_ == 0) return std::size_t{0};
    TRY(next_leaf());
  }
  const std::size_t count = std::min(out.size(), leaf_.size() - taken_);
  std::copy_n(leaf_.begin() + static_cast<std::ptrdiff_t>(taken_), count, out.begin());
  taken_ += count;
  return count;
}

base::Result<void> LeafSource::finish() {
  std::array<std::uint8_t, 1> more{};
  TRY(const std::size_t count, inner_.read(more));
  if (count != 0 || left_ != 0 || taken_ != leaf_.size()) return wrong_leaf();
  return {};
}

}  // namespace sealpost::message
