// The text that was shown to somebody who gave leave, in pieces that fit into records, and back.
// sealpost-register(5), RECORDS, disclosure. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "register/record.hpp"

namespace sealpost::reg {

inline constexpr std::size_t kMaxDisclosurePart = 3000;  // bytes
inline constexpr std::uint64_t kMaxDisclosureParts = 64;

// In order. kMalformed for a text that is empty, not UTF-8, holds control characters other than tab
// and line ends, or is too long for 64 parts.
base::Result<std::vector<DisclosureRecord>> split_disclosure(std::string_view text);
// The parts in their order, all of them and of one text. kVerificationFailed when they do not make
// the text that they name.
base::Result<std::string> join_disclosure(const std::vector<DisclosureRecord>& parts);

}  // namespace sealpost::reg
