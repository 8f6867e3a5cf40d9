// What a mirror keeps of events that it does not have (flow/pruned.hpp).
#include "flow/pruned.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  const auto pruned = flow::parse_pruned(text);
  if (pruned) fuzz::require(flow::format_pruned(*pruned) == text);
  return 0;
}
