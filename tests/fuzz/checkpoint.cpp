// Checkpoints (merkle/checkpoint.hpp).
#include "merkle/checkpoint.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const auto checkpoint = merkle::parse_checkpoint(base::as_text(input));
  if (!checkpoint) return 0;
  const auto again = merkle::parse_checkpoint(merkle::format_checkpoint(*checkpoint));
  fuzz::require(again && *again == *checkpoint);
  return 0;
}
