#include <algorithm>

#include "base/encoding.hpp"
#include "report/fhir.hpp"
#include "text/time.hpp"

namespace sealpost::report {
namespace {

using text::OrderedJson;

constexpr std::uint64_t kMaxUnsignedInt = 2147483647;  // of FHIR

OrderedJson coding(std::string_view system, std::string_view code) {
  return {{"system", system}, {"code", code}};
}

OrderedJson concept_of(std::string_view system, std::string_view code) {
  OrderedJson concept_;
  concept_["coding"].push_back(coding(system, code));
  return concept_;
}

OrderedJson reference(std::string_view system, std::string_view value) {
  return {{"identifier", OrderedJson{{"system", system}, {"value", value}}}};
}

// Extensions in the order in which they are added; what is empty is not.
class Extensions {
 public:
  void code(std::string_view url, std::string_view value) { add(url, "valueCode", value); }
  void text(std::string_view url, std::string_view value) {
    // A FHIR string holds no control characters but these; what came from a telephone may.
    const bool is_fit = std::none_of(value.begin(), value.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
    });
    if (is_fit) {
      add(url, "valueString", value);
    } else {
      add(url, "valueBase64Binary", base::to_base64(base::as_bytes(value)));
    }
  }
  void time(std::string_view url, const std::optional<base::Time>& value) {
    if (value) add(url, "valueDateTime", text::format_time(*value));
  }
  void truth(std::string_view url, bool value) {
    if (value) list_.push_back(OrderedJson{{"url", url}, {"valueBoolean", true}});
    is_empty_ = is_empty_ && !value;
  }
  void put_into(OrderedJson& element) const {
    if (!is_empty_) element["extension"] = list_;
  }

 private:
  void add(std::string_view url, std::string_view kind, std::string_view value) {
    if (value.empty()) return;
    list_.push_back(OrderedJson{{"url", url}, {std::string(kind), value}});
    is_empty_ = false;
  }
  OrderedJson list_ = OrderedJson::array();
  bool is_empty_ = true;
};

OrderedJson attachment(const Evidence& evidence) {
  OrderedJson out;
  Extensions extensions;
  extensions.text(urn::kSha256, base::to_hex(evidence.sha256));  // Attachment.hash is SHA-1
  if (evidence.size > kMaxUnsignedInt) extensions.text(urn::kSize, std::to_string(evidence.size));
  extensions.put_into(out);
  if (evidence.size <= kMaxUnsignedInt) out["size"] = evidence.size;
  if (!evidence.name.empty()) out["title"] = evidence.name;
  return out;
}

OrderedJson period(const Grant& grant) {
  OrderedJson out;
  if (grant.effective) out["start"] = text::format_time(*grant.effective);
  if (grant.expires) out["end"] = text::format_time(*grant.expires);
  return out;
}

template <typename Value>
OrderedJson provision(const Value& value, std::string_view type) {
  OrderedJson out;
  Extensions extensions;
  if constexpr (requires { value.channels; }) {
    for (const std::string& channel : value.channels) extensions.code(urn::kChannel, channel);
  }
  extensions.put_into(out);
  out["type"] = type;
  if constexpr (requires { value.expires; }) {
    if (value.effective || value.expires) out["period"] = period(value);
  }
  if constexpr (requires { value.purposes; }) {
    for (const std::string& purpose : value.purposes) {
      out["purpose"].push_back(coding(urn::kPurpose, purpose));
    }
  }
  return out;
}

Extensions extensions_of(const Grant& grant) {
  Extensions out;
  out.code(urn::kMethod, grant.method);
  out.text(urn::kCollectedBy, grant.by);
  out.text(urn::kDisclosure, grant.disclosure ? base::to_hex(*grant.disclosure) : std::string());
  out.code(urn::kLanguage, grant.language);
  out.text(urn::kVersion, grant.version);
  out.truth(urn::kWarned, grant.warned);
  out.text(urn::kWitness, grant.witness);
  out.text(urn::kNote, grant.note);
  for (const std::string& id : grant.after) out.text(urn::kAfter, id);
  out.code(urn::kBecause, grant.because);
  return out;
}

Extensions extensions_of(const Revocation& revocation) {
  Extensions out;
  out.text(urn::kCollectedBy, revocation.by);
  out.text(urn::kWord, revocation.word);
  out.code(urn::kReceivedBy, revocation.channel);
  out.time(urn::kReceived, revocation.received);
  return out;
}

Extensions extensions_of(const Pause& pause) {
  Extensions out;
  out.truth(urn::kPause, true);
  out.text(urn::kCollectedBy, pause.by);
  out.text(urn::kWord, pause.word);
  out.code(urn::kReceivedBy, pause.channel);
  out.time(urn::kReceived, pause.received);
  out.code(urn::kDecision, pause.decision);
  out.time(urn::kDecided, pause.decided);
  out.text(urn::kDecidedBy, pause.decided_by);
  return out;
}

std::string policy_of(const Grant& grant, std::string_view organisation) {
  if (grant.disclosure) {
    return "urn:sealpost:disclosure:sha256:" + base::to_hex(*grant.disclosure);
  }
  return "urn:sealpost:policy:" + std::string(organisation);
}

template <typename Value>  // without a disclosure
std::string policy_of(const Value&, std::string_view organisation) {
  return "urn:sealpost:policy:" + std::string(organisation);
}

template <typename Value>
OrderedJson head_of(const Value& value) {
  OrderedJson out{{"resourceType", "Consent"}};
  if (!value.id.empty()) out["id"] = value.id;
  if constexpr (requires { value.ended; }) {
    if (value.ended) out["meta"] = OrderedJson{{"lastUpdated", text::format_time(*value.ended)}};
  }
  extensions_of(value).put_into(out);
  out["status"] = value.active ? "active" : "inactive";
  out["scope"] = concept_of(kScopeSystem, kPrivacy);
  out["category"].push_back(concept_of("http://loinc.org", "59284-0"));
  return out;
}

template <typename Value>
std::string resource_of(const Value& value, std::string_view organisation, std::string_view type) {
  OrderedJson out = head_of(value);
  const OrderedJson patient = reference(urn::kContact, value.contact);
  out["patient"] = patient;
  if (value.recorded) out["dateTime"] = text::format_time(*value.recorded);
  out["performer"].push_back(patient);
  out["organization"].push_back(reference(urn::kOrganisation, organisation));
  if constexpr (requires { value.evidence; }) {
    if (value.evidence) out["sourceAttachment"] = attachment(*value.evidence);
  }
  out["policy"].push_back(OrderedJson{{"uri", policy_of(value, organisation)}});
  out["provision"] = provision(value, type);
  return text::to_line(out);
}

}  // namespace

std::string format_resource(const Grant& grant, std::string_view organisation) {
  return resource_of(grant, organisation, "permit");
}

std::string format_resource(const Revocation& revocation, std::string_view organisation) {
  return resource_of(revocation, organisation, "deny");
}

std::string format_resource(const Pause& pause, std::string_view organisation) {
  return resource_of(pause, organisation, "deny");
}

}  // namespace sealpost::report
