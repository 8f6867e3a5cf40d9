// The leaves of one blob, fetched in ranges over several connections at once, each checked against
// its hash before it is given out, in their order. sealpost-message(5), ATTACHMENTS.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "base/stream.hpp"
#include "client/relay_client.hpp"
#include "flow/stop_switch.hpp"
#include "message/header.hpp"

namespace sealpost::flow {

// Leaf `index` (counted from zero) has the hash that is expected; kVerificationFailed.
base::Result<void> check_leaf(base::ByteView leaf, const crypto::Digest& expected);

// Holds at most kRangesAhead + 1 ranges of 4 MiB. read() belongs to one thread at a time.
class RangeQueue final : public base::ByteSource {
 public:
  static constexpr std::size_t kConnections = 3;
  static constexpr std::size_t kRangesAhead = 4;

  // From leaf `first` to the end. Borrows everything; opens connections of its own.
  RangeQueue(const client::RelayClient& client, const message::Attachment& attachment,
             std::span<const crypto::Digest> leaves, std::uint64_t first, client::Pacer& pacer,
             const base::Interrupt& interrupt);
  RangeQueue(const RangeQueue&) = delete;
  RangeQueue& operator=(const RangeQueue&) = delete;
  ~RangeQueue();  // gives up what is on its way

  // kVerificationFailed when a leaf is not the expected one, or what the client says.
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override;

 private:
  void work(client::RelayClient& connection);
  std::optional<std::uint64_t> next();
  base::Result<base::Bytes> fetch(client::RelayClient& connection, std::uint64_t range);
  base::Bytes buffer();
  base::Result<void> take_next();

  const message::Attachment& attachment_;
  std::span<const crypto::Digest> leaves_;
  const std::uint64_t first_;   // leaf
  const std::uint64_t ranges_;  // in all
  client::Pacer& pacer_;
  StopSwitch stop_;
  std::vector<client::RelayClient> connections_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, base::Result<base::Bytes>> ready_;
  std::uint64_t asked_ = 0;  // ranges that some connection took on
  std::uint64_t given_ = 0;  // ranges that the reader took
  bool failed_ = false;      // nothing more is asked for
  std::vector<base::Bytes> spare_;
  base::Bytes range_;      // the reader's
  std::size_t taken_ = 0;  // bytes of range_ given out
};

}  // namespace sealpost::flow
