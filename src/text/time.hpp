// Points in time and spans as people and protocols write them. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/seams.hpp"

namespace sealpost::text {

// RFC 3339 in UTC with whole seconds: 2026-11-21T12:00:03Z.
std::string format_time(base::Time time);
// RFC 3339 with seconds, optional fraction, Z or an offset; kMalformed otherwise. Years 1970..9999.
base::Result<base::Time> parse_time(std::string_view text);
// "30s", "15m", "4h", "7d", "2w"; kMalformed otherwise, also above 100 years.
base::Result<base::milliseconds> parse_span(std::string_view text);
// The same in the largest of these units, up to days, that it is a whole number of: "90d", "15m".
// Less than a second is cut off.
std::string format_span(base::milliseconds span);
// For people who need no more than one unit: "3d" from two days on, "5h" from two hours on, "12m"
// from two minutes on, else seconds. Cut off, not rounded up.
std::string format_rough_span(base::milliseconds span);
// What --since and --until take: RFC 3339, a date (its first moment, UTC), or a span before `now`.
base::Result<base::Time> parse_moment(std::string_view text, base::Time now);
// What --expires takes: RFC 3339, a date, or a span after `now`; must lie after `now`.
base::Result<base::Time> parse_deadline(std::string_view text, base::Time now);

}  // namespace sealpost::text
