// A FHIR Bundle, entry by entry in bounded memory. Internal to report; one thread each.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/stream.hpp"
#include "text/json.hpp"

namespace sealpost::report {

inline constexpr std::size_t kMaxEntry = 256 << 10;  // bytes
inline constexpr std::size_t kMaxFrame = 16 << 20;   // bytes of everything but the entries

// Hands every element of the array "entry" to `take`, in order, with its number from 1; one that is
// no valid JSON, or too long, is an error. kMalformed, at the end perhaps, when the whole is no
// Bundle, or one of another type than collection and searchset. Errors of the source and of `take`
// pass through.
base::Result<void> read_bundle(
    base::ByteSource& source,
    const std::function<base::Result<void>(base::Result<text::Json> entry, std::uint64_t number)>&
        take);

}  // namespace sealpost::report
