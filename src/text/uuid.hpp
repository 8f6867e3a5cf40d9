// UUIDs (RFC 9562) in their lower-case text form of 36 characters. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/seams.hpp"

namespace sealpost::text {

// Version 7: 48 bits of milliseconds, then random bits. Sorts by time.
std::string uuid_v7(base::Time now, base::Random& random);
// Version 8 from the first 16 bytes of a keyed hash: the same hash gives the same id.
std::string uuid_v8(base::ByteView hash);
// Lower case, dashes in place, version 7 or 8, RFC variant.
bool is_uuid(std::string_view text);

}  // namespace sealpost::text
