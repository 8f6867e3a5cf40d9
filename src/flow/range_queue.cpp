#include "flow/range_queue.hpp"

#include <algorithm>
#include <utility>

#include "merkle/merkle.hpp"
#include "message/attachment.hpp"

namespace sealpost::flow {
namespace {

constexpr std::uint64_t kLeavesInRange = 4;

// Fills a buffer that has room already.
class BufferSink final : public base::ByteSink {
 public:
  explicit BufferSink(base::Bytes& buffer) : buffer_(buffer) {}
  base::Result<void> write(base::ByteView bytes) override {
    base::append(buffer_, bytes);
    return {};
  }

 private:
  base::Bytes& buffer_;
};

}  // namespace

base::Result<void> check_leaf(base::ByteView leaf, const crypto::Digest& expected) {
  if (merkle::leaf_hash(leaf) == expected) return {};
  return base::Error{base::Code::kVerificationFailed,
                     "the attachment is not the one its sender signed",
                     "fetch it again; if this repeats, the stored copy is damaged"};
}

RangeQueue::RangeQueue(const client::RelayClient& client, const message::Attachment& attachment,
                       std::span<const crypto::Digest> leaves, std::uint64_t first,
                       client::Pacer& pacer, const base::Interrupt& interrupt)
    : attachment_(attachment),
      leaves_(leaves),
      first_(first),
      ranges_(first < leaves.size() ? (leaves.size() - first - 1) / kLeavesInRange + 1 : 0),
      pacer_(pacer),
      stop_(interrupt) {
  const std::size_t count = std::min<std::uint64_t>(kConnections, ranges_);
  connections_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) connections_.push_back(client.another(stop_));
  for (client::RelayClient& connection : connections_) {
    threads_.emplace_back([this, &connection] { work(connection); });
  }
}

RangeQueue::~RangeQueue() {
  {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    stop_.stop();
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
}

void RangeQueue::work(client::RelayClient& connection) {
  while (const auto range = next()) {
    auto bytes = fetch(connection, *range);
    const std::lock_guard lock(mutex_);
    failed_ = failed_ || !bytes;
    ready_.emplace(*range, std::move(bytes));
    changed_.notify_all();
  }
}

std::optional<std::uint64_t> RangeQueue::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock,
                [this] { return failed_ || asked_ == ranges_ || asked_ < given_ + kRangesAhead; });
  if (failed_ || asked_ == ranges_) return std::nullopt;
  return asked_++;
}

base::Bytes RangeQueue::buffer() {
  const std::lock_guard lock(mutex_);
  base::Bytes bytes;
  if (!spare_.empty()) {
    bytes = std::move(spare_.back());
    spare_.pop_back();
  }
  bytes.clear();
  bytes.reserve(kLeavesInRange * message::kLeafSize);
  return bytes;
}

base::Result<base::Bytes> RangeQueue::fetch(client::RelayClient& connection, std::uint64_t range) {
  const std::uint64_t leaf = first_ + range * kLeavesInRange;
  const std::uint64_t from = leaf * message::kLeafSize;
  const std::uint64_t size =
      std::min(kLeavesInRange * message::kLeafSize, attachment_.ciphertext_size - from);
  base::Bytes bytes = buffer();
  BufferSink sink(bytes);
  TRY(connection.fetch_blob(attachment_.blob, from, size, sink, pacer_));
  base::ByteView rest = bytes;
  for (auto expected = leaves_.subspan(static_cast<std::size_t>(leaf)); !rest.empty();
       expected = expected.subspan(1)) {
    const auto piece = rest.first(std::min<std::size_t>(rest.size(), message::kLeafSize));
    TRY(check_leaf(piece, expected.front()));
    rest = rest.subspan(piece.size());
  }
  return bytes;
}

// Waits for the next range. What came before a failure is given out first.
base::Result<void> RangeQueue::take_next() {
  std::unique_lock lock(mutex_);
  if (range_.capacity() > 0) spare_.push_back(std::move(range_));
  range_ = {};
  taken_ = 0;
  changed_.wait(lock, [this] { return ready_.contains(given_); });
  auto taken = std::move(ready_.at(given_));
  if (!taken) return std::move(taken).error();
  ready_.erase(given_++);
  changed_.notify_all();
  range_ = *std::move(taken);
  return {};
}

base::Result<std::size_t> RangeQueue::read(std::span<std::uint8_t> out) {
  if (taken_ == range_.size()) {
    if (given_ == ranges_) return std::size_t{0};
    TRY(take_next());
  }
  const std::size_t count = std::min(out.size(), range_.size() - taken_);
  std::copy_n(range_.begin() + static_cast<std::ptrdiff_t>(taken_), count, out.begin());
  taken_ += count;
  return count;
}

}  // namespace sealpost::flow
