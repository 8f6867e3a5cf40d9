// The frame of a decrypted message (message/header.hpp).
#include "message/header.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const auto framed = message::parse_frame(input);
  if (!framed) return 0;
  const crypto::SecretBytes again = message::frame(framed->header_note, framed->body.expose());
  fuzz::require(again.expose_text() == base::as_text(input));
  return 0;
}
