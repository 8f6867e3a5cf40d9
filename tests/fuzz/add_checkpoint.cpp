// Requests to a witness, C2SP tlog-witness (merkle/add_checkpoint.hpp).
#include "merkle/add_checkpoint.hpp"

#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const std::string_view text = base::as_text(input);
  (void)merkle::parse_witness_size(text);
  const auto request = merkle::parse_add_checkpoint(text);
  if (!request) return 0;
  fuzz::require(merkle::format_add_checkpoint(*request) == text);
  return 0;
}
