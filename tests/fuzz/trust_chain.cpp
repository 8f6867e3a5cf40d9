// The rules of the trust chain (trust/chain.hpp): the input is the text of one more entry, signed
// by the root itself, so that everything behind the signature is reached.
#include "trust/chain.hpp"

#include "tests/fuzz/target.hpp"

using namespace sealpost;

namespace {

note::Signer root() {
  constexpr std::array<std::uint8_t, 32> seed{1};
  auto key = crypto::SigningKey::from_seed(*crypto::SigningSeed::from(seed));
  return *note::Signer::make("mercy.example", std::move(key));
}

trust::Chain founded(const note::Signer& root) {
  trust::Chain chain(root.verifier());
  const auto text = trust::format(trust::Organisation{"mercy.example", root.verifier(), {}});
  fuzz::require(text.has_value());
  fuzz::require(chain.append(note::sign(*text, root)).has_value());
  return chain;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const note::Signer signer = root();
  trust::Chain chain = founded(signer);
  const std::string_view text = base::as_text(base::ByteView(data, size));
  (void)chain.append(text);  // as it is, perhaps with signatures of its own

  const note::View before = chain.view();
  const std::string line_end = text.ends_with('\n') ? "" : "\n";
  const auto taken = chain.append(note::sign(std::string(text) + line_end, signer));
  if (!taken) {
    fuzz::require(chain.view() == before);
  } else {
    fuzz::require(chain.size() == before.size + 1 && chain.head() != before.hash);
  }
  return 0;
}
