// Batches of sealed messages on their way to the relay, over several connections at once.
// Internal to flow.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "client/relay_client.hpp"
#include "flow/outgoing.hpp"

namespace sealpost::flow {

// Messages that go to the relay in one request.
struct Flight {
  std::vector<WaitingMessage> messages;
  wire::Submissions batch;  // of them, in their order
};
struct Landed {
  Flight flight;
  base::Result<wire::SubmissionResults> results;
};

// post() and landed() belong to one thread. The vault is nobody's here.
class Submitter {
 public:
  static constexpr std::size_t kConnections = 2;
  static constexpr std::size_t kUnderWay = kConnections + 1;

  // Opens the connections. What is under way ends with `interrupt`, which outlives this.
  Submitter(const client::RelayClient& client, const base::Interrupt& interrupt);
  Submitter(const Submitter&) = delete;
  Submitter& operator=(const Submitter&) = delete;
  ~Submitter();  // what has not begun is not sent

  void post(Flight flight);
  bool has_room() const { return under_way_ < kUnderWay; }
  bool is_idle() const { return under_way_ == 0; }
  // Waits for one of those that were posted; nothing when all have landed.
  std::optional<Landed> landed();

 private:
  void work(client::RelayClient& connection);

  std::vector<client::RelayClient> connections_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Flight> waiting_;
  std::deque<Landed> landed_;
  bool stopped_ = false;
  std::size_t under_way_ = 0;  // posted and not yet given back; of the one thread
  std::vector<std::thread> threads_;
};

}  // namespace sealpost::flow
