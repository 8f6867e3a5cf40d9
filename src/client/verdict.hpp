// What an exchange with the relay amounts to. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "client/transport.hpp"

namespace sealpost::client {

struct Verdict {
  bool fine = false;                                 // a 2xx
  bool repeatable = false;                           // another try may do better
  base::Error error{base::Code::kInternal, "", ""};  // meaningful unless fine
  std::optional<std::uint64_t> retry_after;          // seconds, as the relay asked
};

Verdict judge(const base::Result<Response>& response);

}  // namespace sealpost::client
