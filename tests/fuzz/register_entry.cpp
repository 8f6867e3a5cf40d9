// An entry of the register, and the grant of a stream's key (register/stream.hpp). The first byte
// chooses.
#include "register/stream.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

namespace {

template <typename Value>
void check_spelling(const base::Result<Value>& value, std::string_view text) {
  if (!value) return;
  const auto written = reg::format(*value);
  fuzz::require(written && *written == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text = base::as_text({data + 1, size - 1});
  switch (data[0]) {
    case 'e':
      check_spelling(reg::parse_entry(text), text);
      break;
    case 'g':
      check_spelling(reg::parse_grant(text), text);
      break;
    default: {
      const auto frame = reg::open_grant_frame(crypto::SecretBytes(base::as_bytes(text)));
      if (!frame) break;
      const auto again = reg::frame_grant(frame->note, frame->identities);
      fuzz::require(again.expose_text() == text);
    }
  }
  return 0;
}
