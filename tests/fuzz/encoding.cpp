// Hex, base64, Bech32, percent-encoding and decimals (base/encoding.hpp).
#include "base/encoding.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const std::string_view text = base::as_text(input);
  if (const auto bytes = base::parse_base64(text); bytes) {
    fuzz::require(base::to_base64(*bytes) == text);
  }
  if (const auto bytes = base::parse_base64_unpadded(text); bytes) {
    fuzz::require(base::to_base64_unpadded(*bytes) == text);
  }
  if (const auto bytes = base::parse_base64url(text); bytes) {
    fuzz::require(base::to_base64url(*bytes) == text);
  }
  if (const auto bytes = base::parse_hex(text); bytes) {
    fuzz::require(base::to_hex(*bytes).size() == text.size());
  }
  if (const auto bech = base::parse_bech32(text); bech) {
    fuzz::require(base::to_bech32(bech->hrp, bech->data).size() == text.size());
  }
  if (const auto plain = base::percent_decode(text); plain) {
    const auto again = base::percent_decode(base::percent_encode(*plain));
    fuzz::require(again && *again == *plain);
  }
  if (const auto number = base::parse_decimal(text); number) {
    fuzz::require(std::to_string(*number) == text);
  }
  return 0;
}
