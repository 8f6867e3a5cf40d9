#include "flow/submitter.hpp"

namespace sealpost::flow {

Submitter::Submitter(const client::RelayClient& client, const base::Interrupt& interrupt) {
  connections_.reserve(kConnections);
  for (std::size_t i = 0; i < kConnections; ++i) connections_.push_back(client.another(interrupt));
  for (client::RelayClient& connection : connections_) {
    threads_.emplace_back([this, &connection] { work(connection); });
  }
}

Submitter::~Submitter() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Submitter::post(Flight flight) {
  ++under_way_;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(flight));
  }
  changed_.notify_all();
}

std::optional<Landed> Submitter::landed() {
  if (under_way_ == 0) return std::nullopt;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !landed_.empty(); });
  Landed out = std::move(landed_.front());
  landed_.pop_front();
  --under_way_;
  return out;
}

void Submitter::work(client::RelayClient& connection) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    if (stopped_) return;
    Flight flight = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    auto results = connection.submit(flight.batch);
    lock.lock();
    landed_.push_back({std::move(flight), std::move(results)});
    changed_.notify_all();
  }
}

}  // namespace sealpost::flow
