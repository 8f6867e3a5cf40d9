// Names, texts, times and spans from outside (text/safety.hpp, text/time.hpp).
#include "tests/fuzz/target.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const std::string_view outside = base::as_text(input);
  const std::string name = text::safe_filename(outside);
  fuzz::require(!name.empty() && name.size() <= 200);
  fuzz::require(name.find_first_of("/\\") == std::string::npos && name.front() != '.');
  fuzz::require(text::is_plain(name) && text::safe_filename(name) == name);
  const std::string line = text::for_terminal(outside);
  fuzz::require(text::for_terminal(line) == line);
  const std::string block = text::block_for_terminal(outside);
  fuzz::require(block.find('\x1b') == std::string::npos);
  text::fold(text::nfc(outside));
  if (const auto time = text::parse_time(outside); time) {
    fuzz::require(text::parse_time(text::format_time(*time)).has_value());
  }
  (void)text::parse_span(outside);
  return 0;
}
