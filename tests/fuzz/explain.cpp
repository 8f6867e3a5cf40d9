// Every kind of artefact, sound or damaged, explained (flow/explain.hpp) and inspected.
#include "flow/explain.hpp"

#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const flow::Specimen specimen{{data, size}, size};
  const auto explained = flow::explain(specimen, {});
  const auto inspected = flow::inspect(specimen, {});
  if (!explained) {
    fuzz::require(!inspected);
    return 0;
  }
  bool failed = false;
  for (const flow::Check& check : explained->checks) failed = failed || check.holds == false;
  // What cannot be read breaks a rule.
  fuzz::require(inspected || failed);
  return 0;
}
