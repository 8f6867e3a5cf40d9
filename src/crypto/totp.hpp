// One-time codes by time: RFC 6238 with HMAC-SHA-1, six digits and steps of 30 seconds, as every
// authenticator app does them; through liboath. Pure, thread-safe.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/seams.hpp"

namespace sealpost::crypto {

inline constexpr std::size_t kTotpSecret = 20;  // bytes, as RFC 4226 recommends
inline constexpr std::size_t kTotpDigits = 6;

// The step that a time lies in; the first one from 1970 on.
std::uint64_t totp_step(base::Time time);
// The code of a step: six digits, or eight for the published vectors.
std::string totp_code(base::ByteView secret, std::uint64_t step, unsigned digits = kTotpDigits);

}  // namespace sealpost::crypto
