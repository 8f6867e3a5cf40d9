// Parts of one blob on their way to the relay over several connections at once, each part held
// until it is stored, so that it can be repeated. sealpost-message(5), ATTACHMENTS.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/stream.hpp"
#include "client/relay_client.hpp"
#include "flow/stop_switch.hpp"

namespace sealpost::flow {

struct PartsWanted {
  std::string blob;
  std::set<std::uint64_t> stored;  // parts that the relay has: they are not sent
  // Told of bytes that leave for the first time, and of bytes that need not; never two at once.
  std::function<void(std::uint64_t)> sent;
  std::function<void(std::uint64_t)> skipped;
};

// Holds at most kPartsInFlight + 1 parts of 8 MiB. put() and finish() belong to one thread.
class PartQueue {
 public:
  static constexpr std::size_t kPartsInFlight = 3;

  // Opens a connection of its own for each part in flight. Borrows pacer and interrupt.
  PartQueue(const client::RelayClient& client, PartsWanted wanted, client::Pacer& pacer,
            const base::Interrupt& interrupt);
  PartQueue(const PartQueue&) = delete;
  PartQueue& operator=(const PartQueue&) = delete;
  ~PartQueue();  // gives up what is not sent yet

  // An empty buffer with room for a part; waits until fewer than kPartsInFlight are under way.
  base::Bytes buffer();
  // Sends the next part. Fails when an earlier one has failed for good.
  base::Result<void> put(base::Bytes part);
  // Waits until every part is stored.
  base::Result<void> finish();

 private:
  struct Part {
    std::uint64_t number;
    base::Bytes bytes;
  };
  void work(client::RelayClient& connection);
  std::optional<Part> next();
  void stored(Part part, base::Result<void> outcome);
  void stop();
  void count(std::uint64_t bytes);

  PartsWanted wanted_;
  client::Pacer& pacer_;
  StopSwitch stop_;
  std::vector<client::RelayClient> connections_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Part> waiting_;
  std::deque<base::Bytes> spare_;
  std::size_t in_flight_ = 0;  // waiting or being sent
  std::uint64_t count_ = 0;    // parts so far
  bool stopped_ = false;
  base::Result<void> outcome_;
  std::mutex counting_;
};

// Cuts what is written into parts. One thread at a time.
class PartSink final : public base::ByteSink {
 public:
  explicit PartSink(PartQueue& queue) : queue_(queue) {}
  base::Result<void> write(base::ByteView bytes) override;
  base::Result<void> finish();  // sends the last, shorter part and waits for all

 private:
  PartQueue& queue_;
  base::Bytes part_;
};

}  // namespace sealpost::flow
