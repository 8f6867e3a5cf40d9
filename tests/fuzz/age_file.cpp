// Whole age files, binary and armored (age/stream.hpp), for an identity and a passphrase that open
// some of the corpus.
#include "age/file.hpp"
#include "age/scrypt.hpp"
#include "age/stream.hpp"
#include "age/x25519.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

namespace {

// Thirty-two times 0x42, the example key of the age documentation.
constexpr std::string_view kIdentity =
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
constexpr int kMaxLogN = 2;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  static const auto identity = age::X25519Identity::parse(kIdentity);
  static const age::ScryptIdentity passphrase(base::as_bytes("password"), kMaxLogN);
  const std::array<const age::Identity*, 2> identities{&*identity, &passphrase};

  base::MemorySource file(input);
  base::MemorySink plain;
  age::Failure failure = age::Failure::kNone;
  const auto done = age::decrypt(file, plain, identities, {1, &failure});
  fuzz::require(done.has_value() == (failure == age::Failure::kNone));
  if (!done) fuzz::require(done.error().code == base::Code::kVerificationFailed);

  // The reader of messages comes to the same verdict about a binary file.
  const auto header = age::open_header(input, identities);
  if (header) {
    const auto whole = age::open_payload(header->file_key, input.subspan(header->size));
    fuzz::require(whole.has_value() == done.has_value());
    if (whole) fuzz::require(whole->expose_text() == base::as_text(plain.bytes()));
  }
  return 0;
}
