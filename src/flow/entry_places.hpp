// Where entries of the trust chain stand in the audit log, as the relay proves it. Borrows; one
// thread.
#pragma once

#include <map>

#include "flow/event_proof.hpp"

namespace sealpost::flow {

class EntryPlaces {
 public:
  EntryPlaces(Installation& installation, client::RelayClient& relay, EventProof& proof)
      : installation_(installation), relay_(relay), proof_(proof) {}
  // The index of the event that logs this entry, asked once. kVerificationFailed when the relay
  // does not show it.
  base::Result<std::uint64_t> of(std::uint64_t number);

 private:
  Installation& installation_;
  client::RelayClient& relay_;
  EventProof& proof_;
  std::map<std::uint64_t, std::uint64_t> places_;
};

}  // namespace sealpost::flow
