#include "cmd/rate.hpp"

#include <string>

#include "base/encoding.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::uint64_t kLeast = 1 << 10;                // bytes per second
constexpr std::uint64_t kMost = std::uint64_t{1} << 40;  // bytes per second
constexpr std::uint64_t kTenths = 10;

base::Error no_rate(std::string_view why) {
  return {base::Code::kUsage, "--bwlimit " + std::string(why),
          "write it in bytes per second, like 500K or 20M"};
}

std::uint64_t unit_of(char c) {
  switch (c) {
    case 'k':
    case 'K':
      return 1 << 10;
    case 'm':
    case 'M':
      return 1 << 20;
    case 'g':
    case 'G':
      return 1 << 30;
    default:
      return 1;
  }
}

}  // namespace

base::Result<std::uint64_t> parse_rate(std::string_view text) {
  if (text.empty()) return std::uint64_t{0};
  const std::uint64_t unit = unit_of(text.back());
  if (unit > 1) text.remove_suffix(1);
  std::uint64_t tenths = 0;
  if (text.size() > 2 && text[text.size() - 2] == '.') {
    const char digit = text.back();
    if (digit < '0' || digit > '9') return no_rate("is not a number");
    tenths = static_cast<std::uint64_t>(digit - '0');
    text.remove_suffix(2);
  }
  const auto whole = base::parse_decimal(text, kMost);
  if (!whole) return no_rate("is not a number");
  if (*whole > kMost / unit) return no_rate("is more than any network carries");
  const std::uint64_t rate = *whole * unit + tenths * unit / kTenths;
  if (rate < kLeast) return no_rate("is at least 1K");
  return rate;
}

}  // namespace sealpost::cmd
