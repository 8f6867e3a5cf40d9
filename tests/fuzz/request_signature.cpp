// The signature headers of a request (wire/signature.hpp). The input's lines are Content-Digest,
// Signature-Input and Signature.
#include "wire/signature.hpp"

#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto lines = base::split(base::as_text(base::ByteView(data, size)), '\n');
  wire::SignedHeaders headers;
  headers.content_digest = lines[0];
  if (lines.size() > 1) headers.signature_input = lines[1];
  if (lines.size() > 2) headers.signature = lines[2];
  const auto request =
      wire::parse_request_signature("POST", "https://relay.example/v1/messages", headers);
  if (!request) return 0;
  fuzz::require(!request->base.empty() && request->base.back() != '\n');
  const auto verdict = wire::verify_request(*request, crypto::VerifyKey{}, request->created);
  fuzz::require(!verdict && verdict.error().code == base::Code::kLocked);
  return 0;
}
