// JSON and CBOR documents (text/json.hpp).
#include "text/json.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  if (const auto json = text::parse_json(base::as_text(input)); json) {
    const auto again = text::parse_json(text::canonical(*json));
    fuzz::require(again && text::canonical(*again) == text::canonical(*json));
  }
  if (const auto cbor = text::parse_cbor(input); cbor) {
    fuzz::require(text::parse_cbor(text::to_cbor(*cbor)).has_value());
  }
  return 0;
}
