// Proofs of single events: their extra data, and the judge of whole files (flow/proof_file.hpp).
#include "flow/proof_file.hpp"

#include <algorithm>

#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const note::Verifier root = note::Verifier::make("mercy.example", {}).value();
  const base::ByteView input(data, size);
  if (const auto extra = flow::parse_extra(input); extra) {
    const base::Bytes written = flow::format_extra(*extra);
    fuzz::require(std::equal(written.begin(), written.end(), input.begin(), input.end()));
  }
  const auto verdict = flow::judge_proof(base::as_text(input), {root});
  fuzz::require(!verdict || !verdict->verified());  // nobody has this root's key
  (void)flow::judge_proof(base::as_text(input), {root, false});
  return 0;
}
