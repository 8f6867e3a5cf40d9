// The agent's whole memory and its conversation: one byte and a number of eight ask, a status byte
// and at most 32 bytes answer. No sockets here, so that time can be played through. One thread.
#pragma once

#include "agent/agent.hpp"

namespace sealpost::agent {

// What a caller can ask for. The number is zero for all but kLowerIdle.
inline constexpr std::size_t kRequestSize = 9;
inline constexpr std::uint8_t kAskKey = 'K';   // answered: kYes, 32 bytes
inline constexpr std::uint8_t kPeekKey = 'P';  // the same, without counting as use
inline constexpr std::uint8_t kAskState =
    'S';  // answered: kYes, idle left, total left, 8 bytes each
inline constexpr std::uint8_t kAskLock = 'L';    // answered: kYes
inline constexpr std::uint8_t kLowerIdle = 'I';  // to so many milliseconds; answered: kYes
inline constexpr std::uint8_t kYes = '+';
inline constexpr std::uint64_t kNoLimit = UINT64_MAX;  // in place of total left

// A number from a message as a span, cut to one that sums cannot overflow.
base::milliseconds to_span(std::uint64_t count);

class Keeper {
 public:
  Keeper(crypto::SecretBytes key, const Limits& limits, base::milliseconds now);
  // The answer, empty for what is not understood. After the time is up, or after kAskLock, the key
  // is gone and every answer is empty.
  crypto::SecretBytes answer(std::uint8_t request, base::milliseconds now,
                             base::milliseconds number = {});
  bool finished(base::milliseconds now);  // wipes the key when its time is up
  // How long finished() stays false without use.
  base::milliseconds left(base::milliseconds now) const;

 private:
  crypto::SecretBytes state(base::milliseconds now) const;
  crypto::SecretBytes key_;  // empty once forgotten
  Limits limits_;
  const base::milliseconds started_;
  base::milliseconds used_;
};

}  // namespace sealpost::agent
