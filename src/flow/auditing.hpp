// The audit log from the outside: queries, and the check that it is one honest history.
// sealpost-audit(1).
#pragma once

#include <functional>
#include <string>

#include "audit/filter.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

struct LoggedEvent {
  std::uint64_t index = 0;
  audit::Event event;
};
// Visits matching events in order of their index, each proved to be in the log at its index:
// kVerificationFailed otherwise. That none was left out is verify_log()'s to find.
base::Result<void> query_log(Installation& installation, audit::Filter filter,
                             std::optional<std::uint64_t> limit, Context& context,
                             const std::function<base::Result<void>(const LoggedEvent&)>& visit);

struct LogVerification {
  std::uint64_t size = 0;
  crypto::Digest root{};
  bool entries_checked = false;  // this role may read the entries, and each was compared
};
// The checkpoint's signature, consistency with what this vault saw before, the tree rebuilt from
// its hashes and, where the role may read them, from the entries; every trust chain entry is logged
// in its order. kVerificationFailed says what does not hold.
base::Result<LogVerification> verify_log(
    Installation& installation, Context& context,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress);

}  // namespace sealpost::flow
