// Filters in URL queries (audit/filter.hpp).
#include "audit/filter.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const auto filter = audit::parse_query(base::as_text(input));
  if (!filter) return 0;
  const std::string written = audit::to_query(*filter);
  const auto again = audit::parse_query(written);
  fuzz::require(again && audit::to_query(*again) == written);
  return 0;
}
