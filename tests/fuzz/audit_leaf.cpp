// Audit leaves (audit/event.hpp): exactly what to_leaf writes is accepted. Entries of journals
// (audit/journal.hpp) are leaves that the log gives back as they were.
#include "audit/journal.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const auto event = audit::parse_leaf(input);
  if (!event || !audit::is_event(event->event)) return 0;  // later events are read, not written
  const auto leaf = audit::to_leaf(*event);
  fuzz::require(leaf && base::as_text(*leaf) == base::as_text(input));
  const auto entry = audit::parse_entry(input);
  if (!entry) return 0;
  audit::Event request = *event;
  request.address = "192.0.2.7";
  const auto back = audit::entry_of(audit::logged_event(*entry, request));
  fuzz::require(back && *back && (**back).self == entry->self && (**back).before == entry->before);
  return 0;
}
