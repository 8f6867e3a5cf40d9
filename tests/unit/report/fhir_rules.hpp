// Whether a Consent resource obeys the rules of FHIR R4 and of the IHE profile for privacy
// consents, written from hl7.org/fhir/R4/consent.html and not from the code that writes them. Tests
// only.
#pragma once

#include <string>

#include "text/json.hpp"

namespace sealpost::report {

// What is wrong with it; empty when nothing is.
std::string against_consent(const text::Json& resource);
std::string against_bundle(const text::Json& bundle);

}  // namespace sealpost::report
