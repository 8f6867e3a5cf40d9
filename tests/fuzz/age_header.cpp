// The header of an age file (age/header.hpp).
#include "age/header.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  std::size_t from = 0;
  const auto end = age::find_header_end(input, from);
  const auto header = age::parse_header(input);
  if (!header) return 0;
  fuzz::require(!header->stanzas.empty() && header->size <= size);
  fuzz::require(end && *end == header->size);
  fuzz::require(header->covered.data() == data && header->covered.size() < header->size);
  return 0;
}
