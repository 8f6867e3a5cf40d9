// CBOR bodies between client and relay (wire/messages.hpp). The first byte chooses the body.
#include "wire/audit.hpp"
#include "wire/messages.hpp"

#include <array>

#include "tests/fuzz/target.hpp"

using namespace sealpost;

namespace {

template <auto Parse>
void check(base::ByteView body) {
  const auto value = Parse(body);
  if (!value) {
    fuzz::require(value.error().code == base::Code::kMalformed);
    return;
  }
  const base::Bytes written = wire::to_cbor(*value);
  const auto again = Parse(written);
  fuzz::require(again && wire::to_cbor(*again) == written);
}

constexpr std::array kBodies{
    check<wire::parse_relay_info>,
    check<wire::parse_trust_entries>,
    check<wire::parse_enrolment>,
    check<wire::parse_prekey_claim>,
    check<wire::parse_prekey_batch>,
    check<wire::parse_claimed_prekeys>,
    check<wire::parse_submissions>,
    check<wire::parse_submission_results>,
    check<wire::parse_inbox>,
    check<wire::parse_receipt_batch>,
    check<wire::parse_receipt_batch_result>,
    check<wire::parse_evidence_list>,
    check<wire::parse_blob_reservation>,
    check<wire::parse_blob_state>,
    check<wire::parse_blob_completion>,
    check<wire::parse_audit_entries>,
    check<wire::parse_envelope>,
    check<wire::parse_envelope_result>,
    check<wire::parse_prekey_stock>,
    check<wire::parse_mfa_secret>,
    check<wire::parse_mfa_code>,
    check<wire::parse_mfa_proven>,
    check<wire::parse_mfa_member>,
    check<wire::parse_mfa_state>,
    check<wire::parse_order_posting>,
    check<wire::parse_standing_order>,
    check<wire::parse_wipe_answer>,
    check<wire::parse_order_state>,
    check<wire::parse_register_state>,
    check<wire::parse_register_entries>,
    check<wire::parse_register_append>,
    check<wire::parse_register_appended>,
    check<wire::parse_register_grant>,
    check<wire::parse_register_grants>,
    check<wire::parse_consent_decisions>,
    check<wire::parse_contact_replies>,
    check<wire::parse_replies_stored>,
    check<wire::parse_stops>,
    check<wire::parse_stops_recorded>,
    check<wire::parse_stop_lift>,
    check<wire::parse_recall_posting>,
    check<wire::parse_recall_taken>,
    check<wire::parse_recall_subject>,
    check<wire::parse_audit_export>,
    check<wire::parse_audit_review>,
    check<wire::parse_journal>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  kBodies[data[0] % kBodies.size()]({data + 1, size - 1});
  return 0;
}
