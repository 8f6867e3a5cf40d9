// Invitation tokens (trust/invitation_token.hpp).
#include "trust/invitation_token.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const auto token = trust::parse_token(base::as_text(input));
  if (!token) return 0;
  const auto written = trust::format_token(*token);
  fuzz::require(written && trust::parse_token(written->expose_text()).has_value());
  return 0;
}
