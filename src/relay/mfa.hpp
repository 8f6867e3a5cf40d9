// The rules of one-time codes, sealpost-mfa(1): which code is right, when wrong ones pause a
// member, how long a proof is fresh. What is remembered is the store's. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/seams.hpp"
#include "relay/store/meta_store.hpp"
#include "trust/name.hpp"

namespace sealpost::relay {

inline constexpr std::chrono::hours kProofLife{12};
inline constexpr std::chrono::hours kProofIdle{2};         // without a signed request
inline constexpr std::chrono::minutes kUseNotedEvery{10};  // of the time of the last request
inline constexpr std::uint64_t kWrongCodes = 5;            // in a row, until a pause
inline constexpr std::chrono::minutes kFirstPause{15};     // twice as long each further time
inline constexpr std::chrono::hours kLongestPause{24};
inline constexpr std::size_t kRecoveryCodes = 10;

// The step whose code this is: the one of now or a neighbour of it, and later than the last one
// that was used. Every candidate is compared, in constant time.
std::optional<std::uint64_t> step_of_code(const StoredMfa& mfa, std::string_view code,
                                          base::Time now);

// Counts a wrong code; true when it was the one that begins a pause.
bool count_wrong(StoredMfa& mfa, base::Time now);
// A right one ends the counting.
void count_right(StoredMfa& mfa);

// Until when the proof holds if nothing is asked meanwhile; what has passed is over.
base::Time proof_end(const StoredProof& proof);

// "k3f7-9xqm-42vd-p8rt", 80 bits.
std::string new_recovery_code(base::Random& random);
// What the store keeps of one, however it is typed: case, dashes and spaces do not count.
crypto::Digest recovery_digest(std::string_view code);

// "dr.lee" of mercy.example/dr.lee/laptop.
std::string user_of_device(std::string_view device);

}  // namespace sealpost::relay
