// Signed notes, verifier keys and cosignatures (note/note.hpp, note/cosignature.hpp).
#include "note/note.hpp"
#include "note/cosignature.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const std::string_view text = base::as_text(input);
  if (const auto key = note::Verifier::parse(text); key) fuzz::require(key->vkey() == text);
  if (const auto key = note::Cosigner::parse(text); key) fuzz::require(key->vkey() == text);
  const auto parsed = note::parse(text);
  if (!parsed) return 0;
  fuzz::require(text.starts_with(parsed->text) && parsed->text.ends_with('\n'));
  fuzz::require(!parsed->signatures.empty());
  fuzz::require(parsed->signatures.size() <= note::kMaxSignatures);
  const auto verdict = note::verify(*parsed, {});
  fuzz::require(!verdict && verdict.error().code == base::Code::kVerificationFailed);
  const auto witness =
      note::Cosigner::parse("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2");
  const auto when = note::cosigned_at(*parsed, *witness);
  fuzz::require(when || when.error().code == base::Code::kVerificationFailed);
  return 0;
}
