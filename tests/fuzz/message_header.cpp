// The signed header of a message (message/header.hpp).
#include "message/header.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const std::string_view text = base::as_text(input);
  const auto header = message::parse_header(text);
  if (!header) return 0;
  const auto written = message::format_header(*header);
  fuzz::require(written && *written == text);
  return 0;
}
