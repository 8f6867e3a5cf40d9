// Audit leaves (audit/event.hpp): exactly what to_leaf writes is accepted.
#include "audit/event.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const auto event = audit::parse_leaf(input);
  if (!event || !audit::is_event(event->event)) return 0;  // later events are read, not written
  const auto leaf = audit::to_leaf(*event);
  fuzz::require(leaf && base::as_text(*leaf) == base::as_text(input));
  return 0;
}
