// Statements of every kind of the trust chain (trust/statements.hpp), of wiping
// (trust/wipe.hpp), of recall (trust/recall.hpp) and of auditors (trust/audit_statements.hpp).
#include "trust/statements.hpp"

#include "tests/fuzz/target.hpp"
#include "trust/audit_statements.hpp"
#include "trust/recall.hpp"
#include "trust/wipe.hpp"

using namespace sealpost;

namespace {

// Whatever is accepted can be written, and what was written reads the same.
template <typename Parse>
void check(Parse parse, std::string_view text) {
  const auto value = parse(text);
  if (!value) {
    fuzz::require(value.error().code == base::Code::kMalformed);
    return;
  }
  const auto written = trust::format(*value);
  fuzz::require(written.has_value());
  const auto again = parse(*written);
  fuzz::require(again.has_value());
  fuzz::require(*trust::format(*again) == *written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text(base::ByteView(data, size));
  (void)note::statement_kind(text);
  check(trust::parse_organisation, text);
  check(trust::parse_invitation, text);
  check(trust::parse_certificate, text);
  check(trust::parse_revocation, text);
  check(trust::parse_role_change, text);
  check(trust::parse_register_skip, text);
  (void)trust::views_in(text);
  check(trust::parse_relay, text);
  check(trust::parse_prekey, text);
  check(trust::parse_wipe, text);
  check(trust::parse_wipe_key, text);
  check(trust::parse_wiped, text);
  check(trust::parse_wipe_file, text);
  check(trust::parse_recall, text);
  check(trust::parse_export, text);
  check(trust::parse_review, text);
  return 0;
}
