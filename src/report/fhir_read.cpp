#include <algorithm>

#include "base/encoding.hpp"
#include "report/fhir.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::report {
namespace {

using base::Result;
using text::Json;

base::Error unfit(std::string text) { return {base::Code::kMalformed, std::move(text), ""}; }

const Json* find(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

// Empty when there is none.
Result<std::string> text_at(const Json& object, std::string_view key) {
  const Json* value = find(object, key);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return unfit("its \"" + std::string(key) + "\" is no text");
  return value->get<std::string>();
}

// A dateTime of FHIR may be a date alone: its first moment, UTC.
Result<std::optional<base::Time>> time_of(const std::string& text, std::string_view what) {
  if (text.empty()) return std::optional<base::Time>();
  constexpr std::size_t kDate = 10;
  const auto time = text::parse_time(text.size() == kDate ? text + "T00:00:00Z" : text);
  if (!time) return unfit("its " + std::string(what) + " is no time");
  return std::optional(std::chrono::time_point_cast<base::milliseconds>(
      std::chrono::floor<std::chrono::seconds>(*time)));
}

Result<std::optional<crypto::Digest>> digest_of(const std::string& text, std::string_view what) {
  if (text.empty()) return std::optional<crypto::Digest>();
  const auto bytes = base::parse_hex(text);
  if (!bytes || bytes->size() != crypto::Digest{}.size()) {
    return unfit("its " + std::string(what) + " is no SHA-256 hash in hexadecimal");
  }
  TRY(const crypto::Digest digest, crypto::digest_from(*bytes));
  return std::optional(digest);
}

// The value of an extension as text; nothing when it is of a type that we do not write.
std::optional<std::string> value_of(const Json& extension) {
  for (const std::string_view kind : {"valueString", "valueCode", "valueDateTime"}) {
    const Json* value = find(extension, kind);
    if (value != nullptr && value->is_string()) return value->get<std::string>();
  }
  if (const Json* value = find(extension, "valueBoolean");
      value != nullptr && value->is_boolean()) {
    return value->get<bool>() ? "true" : "";
  }
  const Json* value = find(extension, "valueBase64Binary");
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const auto bytes = base::parse_base64(value->get<std::string>());
  if (!bytes) return std::nullopt;
  return std::string(base::as_text(*bytes));
}

// All values of one extension; of an unreadable one, an error.
Result<std::vector<std::string>> extensions(const Json& element, std::string_view url) {
  std::vector<std::string> values;
  const Json* list = find(element, "extension");
  if (list == nullptr) return values;
  for (const Json& extension : *list) {
    const Json* name = find(extension, "url");
    if (name == nullptr || *name != url) continue;
    auto value = value_of(extension);
    if (!value) return unfit("its extension " + std::string(url) + " has another type");
    values.push_back(*std::move(value));
  }
  return values;
}

Result<std::string> extension(const Json& element, std::string_view url) {
  TRY(auto values, extensions(element, url));
  if (values.size() > 1) return unfit("its extension " + std::string(url) + " is there twice");
  return values.empty() ? std::string() : std::move(values.front());
}

// What a reader must not pass over, for it changes what the consent means.
Result<void> refuse_more(const Json& element, std::initializer_list<std::string_view> members) {
  for (const std::string_view member : members) {
    if (find(element, member) != nullptr) {
      return unfit("it has \"" + std::string(member) + "\", which the register cannot hold");
    }
  }
  return {};
}

// What another system calls by the same name is not the same.
Result<void> check_system(const Json& element, std::string_view ours, std::string_view what) {
  const Json* system = find(element, "system");
  if (system == nullptr || *system == ours) return {};
  return unfit("its " + std::string(what) + " is of another system than " + std::string(ours));
}

// An identifier of ours, or "Patient/jane-doe".
Result<std::string> contact_of(const Json& resource) {
  constexpr std::string_view kPatient = "Patient/";
  const Json* patient = find(resource, "patient");
  if (patient == nullptr) return unfit("it names no patient");
  if (const Json* identifier = find(*patient, "identifier")) {
    TRY(check_system(*identifier, urn::kContact, "patient"));
    return text_at(*identifier, "value");
  }
  TRY(const std::string reference, text_at(*patient, "reference"));
  if (!reference.starts_with(kPatient)) return unfit("its patient is not of this list");
  return reference.substr(kPatient.size());
}

Result<std::vector<std::string>> purposes_of(const Json& provision) {
  std::vector<std::string> purposes;
  const Json* list = find(provision, "purpose");
  if (list == nullptr) return purposes;
  for (const Json& coding : *list) {
    TRY(check_system(coding, urn::kPurpose, "purpose"));
    TRY(std::string code, text_at(coding, "code"));
    purposes.push_back(std::move(code));
  }
  return purposes;
}

Result<bool> is_active(const Json& resource) {
  TRY(const std::string status, text_at(resource, "status"));
  if (status == "active") return true;
  if (status == "inactive") return false;
  return unfit("its status is neither active nor inactive");
}

// When a resource was last changed.
Result<std::optional<base::Time>> last_updated(const Json& resource) {
  const Json* meta = find(resource, "meta");
  if (meta == nullptr) return std::optional<base::Time>();
  TRY(const std::string text, text_at(*meta, "lastUpdated"));
  return time_of(text, "meta.lastUpdated");
}

// What all have in common.
template <typename Value>
Result<Value> begin(const Json& resource, const Json& provision) {
  Value value;
  TRY(value.id, text_at(resource, "id"));
  TRY(value.contact, contact_of(resource));
  TRY(value.active, is_active(resource));
  TRY(const std::string recorded, text_at(resource, "dateTime"));
  TRY(value.recorded, time_of(recorded, "dateTime"));
  TRY(value.by, extension(resource, urn::kCollectedBy));
  if constexpr (requires { value.purposes; }) {
    TRY(value.purposes, purposes_of(provision));
    TRY(value.channels, extensions(provision, urn::kChannel));
  }
  return value;
}

Result<std::optional<Evidence>> evidence_of(const Json& resource) {
  const Json* attachment = find(resource, "sourceAttachment");
  if (attachment == nullptr) return std::optional<Evidence>();
  TRY(const std::string hash, extension(*attachment, urn::kSha256));
  TRY(const auto sha256, digest_of(hash, "sourceAttachment"));
  if (!sha256) return unfit("its sourceAttachment has no extension " + std::string(urn::kSha256));
  Evidence evidence{"", 0, *sha256};
  TRY(evidence.name, text_at(*attachment, "title"));
  TRY(const std::string size, extension(*attachment, urn::kSize));
  if (!size.empty()) {
    TRY(evidence.size, base::parse_decimal(size));
  } else if (find(*attachment, "size") != nullptr) {
    TRY(evidence.size, text::number_at(*attachment, "size"));
  }
  return std::optional(std::move(evidence));
}

Result<void> read_period(const Json& provision, Grant& grant) {
  const Json* period = find(provision, "period");
  if (period == nullptr) return {};
  TRY(const std::string start, text_at(*period, "start"));
  TRY(grant.effective, time_of(start, "period"));
  TRY(const std::string end, text_at(*period, "end"));
  TRY(grant.expires, time_of(end, "period"));
  return {};
}

Result<void> read_shown(const Json& resource, Grant& grant) {
  TRY(const std::string disclosure, extension(resource, urn::kDisclosure));
  TRY(grant.disclosure, digest_of(disclosure, "disclosure"));
  TRY(grant.language, extension(resource, urn::kLanguage));
  TRY(grant.version, extension(resource, urn::kVersion));
  TRY(const std::string warned, extension(resource, urn::kWarned));
  grant.warned = warned == "true";
  TRY(grant.witness, extension(resource, urn::kWitness));
  TRY(grant.note, extension(resource, urn::kNote));
  return {};
}

Result<Consent> grant_of(const Json& resource, const Json& provision) {
  TRY(Grant grant, begin<Grant>(resource, provision));
  if (grant.channels.empty()) {
    return unfit("it names no channel in an extension " + std::string(urn::kChannel));
  }
  TRY(grant.method, extension(resource, urn::kMethod));
  if (grant.method.empty()) grant.method = "import";
  TRY(read_period(provision, grant));
  TRY(grant.evidence, evidence_of(resource));
  TRY(read_shown(resource, grant));
  TRY(grant.after, extensions(resource, urn::kAfter));
  TRY(grant.because, extension(resource, urn::kBecause));
  if (!grant.active) {
    TRY(grant.ended, last_updated(resource));
  }
  return Consent(std::move(grant));
}

// What somebody said.
template <typename Value>
Result<Value> begin_inbound(const Json& resource, const Json& provision) {
  TRY(Value value, begin<Value>(resource, provision));
  TRY(value.word, extension(resource, urn::kWord));
  TRY(value.channel, extension(resource, urn::kReceivedBy));
  TRY(const std::string received, extension(resource, urn::kReceived));
  TRY(value.received, time_of(received, "received"));
  return value;
}

Result<Consent> revocation_of(const Json& resource, const Json& provision) {
  TRY(refuse_more(provision, {"period"}));
  TRY(Revocation revocation, begin_inbound<Revocation>(resource, provision));
  return Consent(std::move(revocation));
}

Result<Consent> pause_of(const Json& resource, const Json& provision) {
  TRY(refuse_more(provision, {"period", "purpose", "extension"}));
  TRY(Pause pause, begin_inbound<Pause>(resource, provision));
  TRY(pause.decision, extension(resource, urn::kDecision));
  TRY(const std::string decided, extension(resource, urn::kDecided));
  TRY(pause.decided, time_of(decided, "decided"));
  TRY(pause.decided_by, extension(resource, urn::kDecidedBy));
  return Consent(std::move(pause));
}

Result<Consent> denial_of(const Json& resource, const Json& provision) {
  TRY(const std::string pauses, extension(resource, urn::kPause));
  return pauses == "true" ? pause_of(resource, provision) : revocation_of(resource, provision);
}

// Leave to be written to is a matter of privacy; leave for research, treatment or an advance
// directive is none.
Result<void> check_scope(const Json& resource) {
  const Json* scope = find(resource, "scope");
  const Json* codings = scope == nullptr ? nullptr : find(*scope, "coding");
  if (codings == nullptr || !codings->is_array()) return unfit("it has no scope");
  bool is_privacy = false;
  for (const Json& coding : *codings) {
    const Json* system = find(coding, "system");
    if (system == nullptr || *system != kScopeSystem) continue;
    TRY(const std::string code, text_at(coding, "code"));
    if (code != kPrivacy) {
      return unfit("its scope is \"" + text::for_terminal(code) + "\", not patient-privacy");
    }
    is_privacy = true;
  }
  return is_privacy ? Result<void>() : unfit("its scope is not patient-privacy");
}

// One that was to be verified and was not is nothing to rely on.
Result<void> check_verification(const Json& resource) {
  const Json* list = find(resource, "verification");
  if (list == nullptr) return {};
  const auto is_verified = [](const Json& one) {
    const Json* verified = find(one, "verified");
    return verified != nullptr && *verified == true;
  };
  if (list->is_array() && std::all_of(list->begin(), list->end(), is_verified)) return {};
  return unfit("its verification says that it was not verified");
}

Result<void> check_category(const Json& resource) {
  const Json* categories = find(resource, "category");
  if (categories != nullptr && categories->is_array() && !categories->empty()) return {};
  return unfit("it has no category");
}

Result<Consent> parse(const Json& resource) {
  TRY(const std::string type, text_at(resource, "resourceType"));
  if (type != "Consent") return unfit("it is no Consent resource");
  TRY(refuse_more(resource, {"modifierExtension", "implicitRules"}));
  TRY(check_scope(resource));
  TRY(check_category(resource));
  TRY(check_verification(resource));
  const Json* provision = find(resource, "provision");
  if (provision == nullptr) return unfit("it has no provision");
  TRY(refuse_more(*provision, {"modifierExtension", "provision", "actor", "action", "securityLabel",
                               "class", "code", "dataPeriod", "data"}));
  TRY(const std::string kind, text_at(*provision, "type"));
  if (kind == "permit") return grant_of(resource, *provision);
  if (kind == "deny") return denial_of(resource, *provision);
  return unfit("its provision is neither permit nor deny");
}

}  // namespace

Result<Consent> parse_resource(const Json& resource) {
  TRY(Consent consent, parse(resource));
  TRY(check(consent));
  return consent;
}

}  // namespace sealpost::report
