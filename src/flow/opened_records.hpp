// What a contact's own key opens of its records, as people read it: remarks, witnesses, words,
// evidence. sealpost-register(5), RECORDS. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>

#include "flow/register_state.hpp"

namespace sealpost::flow {

// Empty when there is no text or the contact's key was destroyed. A writer may have sealed
// something that does not open, which must not hide the rest: then it says so in brackets.
std::string opened_text(const KeyedContact& keyed, const base::Bytes& sealed);

// What a grant names as its evidence, as far as it opens.
struct OpenedEvidence {
  std::optional<reg::File> kept;            // by the register
  std::optional<reg::FileFacts> elsewhere;  // where the grant was imported from
};
OpenedEvidence opened_evidence(const KeyedContact& keyed, const reg::GrantRecord& grant);

}  // namespace sealpost::flow
