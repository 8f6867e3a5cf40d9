// Manifests of exports, and their judge (flow/log_export.hpp).
#include "flow/log_export.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const note::Verifier root = note::Verifier::make("mercy.example", {}).value();
  const auto manifest = flow::parse_manifest(base::as_text(base::ByteView(data, size)));
  if (!manifest) return 0;
  fuzz::require(!flow::verify_manifest(*manifest, root));  // nobody has this root's key
  if (!manifest->signed_note) fuzz::require(flow::format_manifest(manifest->value).has_value());
  return 0;
}
