#include "cmd/bulk_pace.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "text/safety.hpp"

namespace sealpost::cmd {
namespace {

base::Error bad_rate(const std::string& text) {
  return {base::Code::kUsage, fmt::format("\"{}\" is not a rate", text::for_terminal(text)),
          "write it like 50/s, 1000/m or 20000/h"};
}

base::Result<void> set_rate(const std::string& text, flow::BulkPace& pace) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return bad_rate(text);
  const auto rows = base::parse_decimal(text.substr(0, slash));
  const std::string unit = text.substr(slash + 1);
  if (!rows || *rows == 0 || (unit != "s" && unit != "m" && unit != "h")) return bad_rate(text);
  pace.rows = *rows;
  pace.span = unit == "s"   ? std::chrono::seconds(1)
              : unit == "m" ? std::chrono::seconds(60)
                            : std::chrono::seconds(3600);
  return {};
}

// Hundredths of a percent: "5%" is 500, "0.5%" is 50.
base::Result<std::uint64_t> parse_share(std::string_view text) {
  const std::size_t dot = text.find('.');
  std::string digits(text.substr(0, dot));
  std::string behind(dot == std::string_view::npos ? "" : text.substr(dot + 1));
  if (behind.size() > 2) return base::Error{base::Code::kUsage, "", ""};
  digits += behind + std::string(2 - behind.size(), '0');
  while (digits.size() > 1 && digits.front() == '0') digits.erase(0, 1);
  TRY(const std::uint64_t share, base::parse_decimal(digits));
  if (share > 10000) return base::Error{base::Code::kUsage, "", ""};
  return share;
}

base::Result<void> set_failures(const std::string& text, flow::BulkPace& pace) {
  const bool share = text.ends_with('%');
  const auto number = share ? parse_share(std::string_view(text).substr(0, text.size() - 1))
                            : base::parse_decimal(text);
  if (!number) {
    return base::Error{base::Code::kUsage,
                       fmt::format("\"{}\" is not a number of rows, nor a share of them",
                                   text::for_terminal(text)),
                       "write it like 20, 5% or 0.25%"};
  }
  (share ? pace.most_share : pace.most) = *number;
  return {};
}

}  // namespace

base::Result<flow::BulkPace> pace_of(const PaceOptions& options) {
  flow::BulkPace pace;
  if (!options.rate.empty()) TRY(set_rate(options.rate, pace));
  if (!options.max_failures.empty()) TRY(set_failures(options.max_failures, pace));
  return pace;
}

}  // namespace sealpost::cmd
