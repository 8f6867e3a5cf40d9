// Problem details from a relay (wire/problem.hpp). The first byte is the status.
#include "wire/problem.hpp"
#include "tests/fuzz/target.hpp"
#include "text/safety.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  if (input.empty()) return 0;
  const int status = 400 + input[0] % 200;
  const base::Error error = wire::from_problem(status, base::as_text(input.subspan(1)));
  fuzz::require(text::for_terminal(error.text) == error.text);
  fuzz::require(text::for_terminal(error.hint) == error.hint);
  return 0;
}
