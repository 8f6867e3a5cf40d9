// Identity and recipient files (age/key_file.hpp).
#include "age/key_file.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  if (const auto identities = age::parse_identities(input); identities) {
    fuzz::require(!identities->empty());
  }
  if (const auto recipients = age::parse_recipients(input); recipients) {
    for (const auto& recipient : *recipients) {
      const auto again = age::X25519Recipient::parse(recipient.str());
      fuzz::require(again && *again == recipient);
    }
  }
  return 0;
}
