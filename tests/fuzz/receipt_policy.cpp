// The statements of receipts (receipt/receipt.hpp) and policies (policy/policy.hpp).
#include "policy/policy.hpp"
#include "receipt/receipt.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const std::string_view text = base::as_text(input);
  if (const auto value = receipt::parse(text); value) {
    const auto written = receipt::format(*value);
    fuzz::require(written && receipt::parse(*written).has_value());
  }
  if (const auto value = policy::parse_policy(text); value) {
    const auto written = policy::format_policy(*value, base::Time{});
    fuzz::require(written && policy::parse_policy(*written).has_value());
    const auto seen = note::StatementReader::open(text, "policy")->views();
    const auto with_views = policy::format_policy(*value, base::Time{}, *seen);
    fuzz::require(with_views && policy::parse_policy(*with_views).has_value());
    (void)policy::check_purpose(*value, "general", "member");
  }
  return 0;
}
