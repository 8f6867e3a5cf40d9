// A log whose first events are not shown any more: what of the trust chain lies among them, and
// what a mirror keeps of that. sealpost-log(5), PRUNING; sealpost-mirror(5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flow/sync.hpp"

namespace sealpost::flow {

// The event that logs an entry of the trust chain.
struct LoggedLeaf {
  std::uint64_t index = 0;
  base::Bytes leaf;
};

struct Pruned {
  std::uint64_t floor = 0;  // events from here on are shown; a multiple of 256
  std::vector<LoggedLeaf>
      leaves;  // the first entries of the trust chain, below the floor, in order
};

// Asks the relay for its floor, and for each entry that is logged below it; each is proved to be in
// the log of `tree`. kVerificationFailed.
base::Result<Pruned> fetch_pruned(Installation& installation, client::RelayClient& relay,
                                  const merkle::Checkpoint& tree);

// The file of a mirror. parse: kMalformed for what format does not write.
std::string format_pruned(const Pruned& pruned);
base::Result<Pruned> parse_pruned(std::string_view text);

}  // namespace sealpost::flow
