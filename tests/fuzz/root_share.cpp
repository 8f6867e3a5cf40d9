// Shares of a root key (trust/share.hpp).
#include "trust/share.hpp"

#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const auto shares = trust::parse_shares(base::as_text(input));
  if (!shares) return 0;
  for (const trust::RootShare& share : *shares) {
    const auto written = trust::format_share(share);
    fuzz::require(written.has_value());
    const auto again = trust::parse_shares(written->expose_text());
    fuzz::require(again && again->size() == 1 && again->front().index == share.index &&
                  crypto::equal(again->front().value.expose(), share.value.expose()));
  }
  static_cast<void>(trust::check_set(*shares).has_value());
  return 0;
}
