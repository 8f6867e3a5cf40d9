// Consent resources of FHIR R4 (hl7.org/fhir/R4/consent.html), one for each grant, revocation and
// pause; a pause denies everything for as long as nobody has decided.
// What FHIR has no place for stands in extensions of our own. Internal to report. Pure,
// thread-safe.
#pragma once

#include <string_view>

#include "report/consent.hpp"
#include "text/json.hpp"

namespace sealpost::report {

// The names that our own extensions and systems have.
namespace urn {
inline constexpr std::string_view kAfter = "urn:sealpost:after";
inline constexpr std::string_view kBecause = "urn:sealpost:because";
inline constexpr std::string_view kChannel = "urn:sealpost:channel";
inline constexpr std::string_view kCollectedBy = "urn:sealpost:collected-by";
inline constexpr std::string_view kContact = "urn:sealpost:contact";  // a system
inline constexpr std::string_view kDecided = "urn:sealpost:decided";
inline constexpr std::string_view kDecidedBy = "urn:sealpost:decided-by";
inline constexpr std::string_view kDecision = "urn:sealpost:decision";
inline constexpr std::string_view kDisclosure = "urn:sealpost:disclosure";
inline constexpr std::string_view kLanguage = "urn:sealpost:language";
inline constexpr std::string_view kMethod = "urn:sealpost:method";
inline constexpr std::string_view kNote = "urn:sealpost:note";
inline constexpr std::string_view kOrganisation = "urn:sealpost:organisation";  // a system
inline constexpr std::string_view kPause = "urn:sealpost:pause";
inline constexpr std::string_view kPurpose = "urn:sealpost:purpose";  // a system
inline constexpr std::string_view kReceived = "urn:sealpost:received";
inline constexpr std::string_view kReceivedBy = "urn:sealpost:received-by";
inline constexpr std::string_view kSha256 = "urn:sealpost:sha256";
inline constexpr std::string_view kSize = "urn:sealpost:size";
inline constexpr std::string_view kVersion = "urn:sealpost:version";
inline constexpr std::string_view kWarned = "urn:sealpost:warned";
inline constexpr std::string_view kWitness = "urn:sealpost:witness";
inline constexpr std::string_view kWord = "urn:sealpost:word";
}  // namespace urn

inline constexpr std::string_view kScopeSystem =
    "http://terminology.hl7.org/CodeSystem/consentscope";
inline constexpr std::string_view kPrivacy = "patient-privacy";  // the scope

std::string format_resource(const Grant& grant, std::string_view organisation);
std::string format_resource(const Revocation& revocation, std::string_view organisation);
std::string format_resource(const Pause& pause, std::string_view organisation);
// kMalformed, with a sentence, for what is no Consent, or says something that the register cannot
// hold: it is not taken over half.
base::Result<Consent> parse_resource(const text::Json& resource);

}  // namespace sealpost::report
