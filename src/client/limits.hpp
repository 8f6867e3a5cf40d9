// Bounds on what the relay may make the client wait for or hold.
#pragma once

#include "base/retry.hpp"

namespace sealpost::client {

inline constexpr std::uint64_t kMaxAnswer = 32 << 20;   // bytes of one answer held in memory
inline constexpr base::milliseconds kPatience{30'000};  // of silence, beside a long poll's wait

// How long a request is tried again while nothing gets through.
using base::RetryBudget;
inline constexpr RetryBudget kRequestBudget{base::milliseconds(10'000), 4};
// Transfers outlast a relay that is restarted, or a network that is gone for a minute.
inline constexpr RetryBudget kTransferBudget{base::milliseconds(75'000), 40};
// So many bytes more than ever before are a sign of life.
inline constexpr std::uint64_t kSignOfLife = 16 << 10;

}  // namespace sealpost::client
