// The way back when a device's entries hold up everybody who reads the register: an owner or an
// admin has them skipped. sealpost-register(5), Skipping. One thread.
#pragma once

#include <string>
#include <vector>

#include "flow/registry.hpp"

namespace sealpost::flow {

// The entries that hold up this device's reading, and why.
struct Blockage {
  std::string author;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  crypto::Digest head{};  // behind the last
  std::string why;
  // Devices that stand and that the relay has for holders of the key that is missing here: the next
  // contact of one that really has it makes this needless.
  std::vector<std::string> holders;
};
// Reads as far as it can. kConflict when nothing holds it up, or when another device than the
// author has written in the epoch that lacks its key, and so can send it; what follow() says, when
// that is nothing of an entry's.
base::Result<Blockage> find_blockage(Installation& installation, reg::Stream stream,
                                     Context& context);

// Signs that they are skipped, and reads on. kDenied, kConflict while the author is not revoked.
base::Result<void> skip_blockage(Installation& installation, reg::Stream stream,
                                 const Blockage& found, const std::string& reason,
                                 Context& context);

}  // namespace sealpost::flow
