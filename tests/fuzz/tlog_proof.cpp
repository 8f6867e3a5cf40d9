// Inclusion proofs, C2SP tlog-proof (merkle/checkpoint.hpp).
#include "merkle/checkpoint.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const auto proof = merkle::parse_proof(base::as_text(input));
  if (!proof) return 0;
  const auto again = merkle::parse_proof(merkle::format_proof(*proof));
  fuzz::require(again && again->index == proof->index && again->path == proof->path);
  fuzz::require(again->checkpoint_note == proof->checkpoint_note);
  return 0;
}
