#include "flow/opened_records.hpp"

namespace sealpost::flow {

std::string opened_text(const KeyedContact& keyed, const base::Bytes& sealed) {
  if (!keyed.key || sealed.empty()) return "";
  const auto text = reg::open_text(*keyed.key, keyed.contact.id, sealed);
  return text ? *text : "(does not open)";
}

OpenedEvidence opened_evidence(const KeyedContact& keyed, const reg::GrantRecord& grant) {
  OpenedEvidence out;
  if (!keyed.key) return out;
  if (!grant.evidence.empty()) {
    auto file = reg::open_file(*keyed.key, grant.contact, grant.evidence);
    if (file) out.kept = *std::move(file);
  }
  if (!grant.elsewhere.empty()) {
    auto facts = reg::open_facts(*keyed.key, grant.contact, grant.elsewhere);
    if (facts) out.elsewhere = *std::move(facts);
  }
  return out;
}

}  // namespace sealpost::flow
