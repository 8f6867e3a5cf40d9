// How old is what this device knows of its relay: the time that the relay signed together with the
// newest checkpoint, and what of such a time counts. sealpost-policy(1), Staleness. Pure, but for
// what the installation remembers.
#pragma once

#include <optional>
#include <string>

#include "flow/installation.hpp"

namespace sealpost::flow {

// By how much clocks may differ, and by how much a relay's clock may go back.
inline constexpr std::chrono::minutes kClockTolerance{5};

// Why a time that the relay signed does not count, in a sentence for people; empty when it does.
// `said`: with the checkpoint of now; `seen`: the newest one that counted.
std::string doubt_about(std::optional<base::Time> said, std::optional<base::Time> seen,
                        base::Time now);

// Nothing when no time ever counted, or when the newest one lies ahead of this device's clock.
std::optional<base::milliseconds> view_age(const Installation& installation, base::Time now);

// kDenied when the policy lets this device not send on a view so old.
base::Result<void> check_fresh(const Installation& installation, base::Time now);

}  // namespace sealpost::flow
