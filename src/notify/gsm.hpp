// Length of a text message in the GSM 03.38 alphabet (3GPP TS 23.038, 6.2.1). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sealpost::notify {

inline constexpr std::size_t kSmsSeptets = 160;  // of one message

// Septets that the text takes; what stands in the extension table takes two. Nothing when some
// character is in neither table, or the text is not UTF-8.
std::optional<std::size_t> gsm_septets(std::string_view text);
// The first character that is in neither table; empty when there is none.
std::string first_beyond_gsm(std::string_view text);

}  // namespace sealpost::notify
