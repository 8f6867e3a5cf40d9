// The audit log from the outside: the check that it is one honest history.
// sealpost-audit(1).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

struct LogVerification {
  std::uint64_t size = 0;
  crypto::Digest root{};
  bool entries_checked = false;   // this role may read the entries, and each was compared
  std::uint64_t first_entry = 0;  // from this index on; the relay shows those before no more
  // How many events lie in a tree that enough witnesses have cosigned; nothing without a quorum.
  std::optional<std::uint64_t> cosigned = {};
  std::uint64_t journal_breaks = 0;  // of devices' journals, as the entries tell
};
// The checkpoint's signature, consistency with what this vault saw before, the tree rebuilt from
// its hashes and, where the role may read them, from the entries; every trust chain entry is logged
// in its order. kVerificationFailed says what does not hold.
base::Result<LogVerification> verify_log(
    Installation& installation, Context& context,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress);

}  // namespace sealpost::flow
