#include "flow/freshness.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "text/time.hpp"

namespace sealpost::flow {
namespace {

using base::milliseconds;

base::Error stale(const std::optional<milliseconds>& age, milliseconds allowed,
                  const std::string& doubt) {
  std::string what = age ? fmt::format("what this device knows of its relay is {} old",
                                       text::format_rough_span(*age))
                         : "it is not known how old what this device knows of its relay is";
  return {
      base::Code::kDenied,
      fmt::format("{}; the policy lets it send on {} at most", what, text::format_span(allowed)),
      doubt.empty() ? "it sends again as soon as the relay has shown it a newer state" : doubt};
}

}  // namespace

std::string doubt_about(std::optional<base::Time> said, std::optional<base::Time> seen,
                        base::Time now) {
  if (!said) {
    return "the relay does not sign when it shows its log: it may be of an older version";
  }
  if (*said > now + kClockTolerance) {
    return fmt::format("by the relay it is {}, by this device {}: one of the clocks is wrong",
                       text::format_time(*said), text::format_time(now));
  }
  if (seen && *said < *seen - kClockTolerance) {
    return fmt::format(
        "the relay shows a state of {}, after it has shown one of {}: its clock went back, or "
        "somebody shows old states again",
        text::format_time(*said), text::format_time(*seen));
  }
  return "";
}

std::optional<milliseconds> view_age(const Installation& installation, base::Time now) {
  const std::optional<base::Time>& seen = installation.view_time();
  if (!seen || *seen > now + kClockTolerance) return std::nullopt;
  return std::max(now - *seen, milliseconds::zero());
}

base::Result<void> check_fresh(const Installation& installation, base::Time now) {
  TRY(const policy::Policy policy, installation.policy());
  if (!policy.max_staleness) return {};
  const std::optional<milliseconds> age = view_age(installation, now);
  if (age && *age <= *policy.max_staleness) return {};
  return stale(age, *policy.max_staleness, installation.view_doubt());
}

}  // namespace sealpost::flow
