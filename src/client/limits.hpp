// Bounds on what the relay may make the client wait for or hold.
#pragma once

#include "base/seams.hpp"

namespace sealpost::client {

inline constexpr std::uint64_t kMaxAnswer = 32 << 20;   // bytes of one answer held in memory
inline constexpr base::milliseconds kPatience{30'000};  // of silence, beside a long poll's wait

}  // namespace sealpost::client
