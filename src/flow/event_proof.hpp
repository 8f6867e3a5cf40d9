// Proves single events to be in the relay's log, at their places: with the tree that this vault has
// verified last, or a newer one where the event asks for it. Borrows; one thread.
#pragma once

#include "base/bytes.hpp"
#include "flow/sync.hpp"

namespace sealpost::flow {

class EventProof {
 public:
  EventProof(Installation& installation, client::RelayClient& relay)
      : installation_(installation), relay_(relay) {}
  // kVerificationFailed when this leaf is not the one at that index.
  base::Result<void> check(std::uint64_t index, base::ByteView leaf);

 private:
  base::Result<void> renew();

  Installation& installation_;
  client::RelayClient& relay_;
  merkle::Checkpoint tree_;
  merkle::NodeReader nodes_;
};

}  // namespace sealpost::flow
