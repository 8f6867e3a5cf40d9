#include "flow/part_queue.hpp"

#include <algorithm>

namespace sealpost::flow {

PartQueue::PartQueue(const client::RelayClient& client, PartsWanted wanted, client::Pacer& pacer,
                     const base::Interrupt& interrupt)
    : wanted_(std::move(wanted)), pacer_(pacer), stop_(interrupt) {
  connections_.reserve(kPartsInFlight);
  for (std::size_t i = 0; i < kPartsInFlight; ++i) connections_.push_back(client.another(stop_));
  for (client::RelayClient& connection : connections_) {
    threads_.emplace_back([this, &connection] { work(connection); });
  }
}

PartQueue::~PartQueue() {
  stop();
  for (std::thread& thread : threads_) thread.join();
}

void PartQueue::stop() {
  stop_.stop();
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

base::Bytes PartQueue::buffer() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return in_flight_ < kPartsInFlight; });
  base::Bytes bytes;
  if (!spare_.empty()) {
    bytes = std::move(spare_.front());
    spare_.pop_front();
  }
  bytes.clear();
  bytes.reserve(wire::kPartSize);
  return bytes;
}

base::Result<void> PartQueue::put(base::Bytes part) {
  const std::lock_guard lock(mutex_);
  if (!outcome_) return outcome_;
  const std::uint64_t number = count_++;
  if (wanted_.stored.contains(number)) {
    const std::lock_guard counting(counting_);
    if (wanted_.skipped) wanted_.skipped(part.size());
    spare_.push_back(std::move(part));
    return {};
  }
  waiting_.push_back({number, std::move(part)});
  ++in_flight_;
  changed_.notify_all();
  return {};
}

base::Result<void> PartQueue::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return in_flight_ == 0; });
  return outcome_;
}

void PartQueue::work(client::RelayClient& connection) {
  while (auto part = next()) {
    auto outcome = connection.put_part(wanted_.blob, part->number, part->bytes, pacer_,
                                       [this](std::uint64_t bytes) { count(bytes); });
    stored(*std::move(part), std::move(outcome));
  }
}

std::optional<PartQueue::Part> PartQueue::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
  if (stopped_) return std::nullopt;
  Part part = std::move(waiting_.front());
  waiting_.pop_front();
  return part;
}

void PartQueue::count(std::uint64_t bytes) {
  const std::lock_guard lock(counting_);
  if (wanted_.sent) wanted_.sent(bytes);
}

// After a failure nothing more is sent: what waits counts as done.
void PartQueue::stored(Part part, base::Result<void> outcome) {
  const std::lock_guard lock(mutex_);
  --in_flight_;
  spare_.push_back(std::move(part.bytes));
  if (outcome_ && !outcome) outcome_ = std::move(outcome);
  if (!outcome_) {
    in_flight_ -= waiting_.size();
    waiting_.clear();
  }
  changed_.notify_all();
}

base::Result<void> PartSink::write(base::ByteView bytes) {
  while (!bytes.empty()) {
    if (part_.capacity() == 0) part_ = queue_.buffer();
    const std::size_t room = static_cast<std::size_t>(wire::kPartSize) - part_.size();
    const auto piece = bytes.first(std::min(bytes.size(), room));
    base::append(part_, piece);
    bytes = bytes.subspan(piece.size());
    if (part_.size() == wire::kPartSize) TRY(queue_.put(std::exchange(part_, {})));
  }
  return {};
}

base::Result<void> PartSink::finish() {
  if (!part_.empty()) TRY(queue_.put(std::exchange(part_, {})));
  return queue_.finish();
}

}  // namespace sealpost::flow
