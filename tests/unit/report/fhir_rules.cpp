#include "fhir_rules.hpp"

#include <algorithm>
#include <regex>
#include <set>

namespace sealpost::report {
namespace {

using text::Json;

const std::regex kId("[A-Za-z0-9.-]{1,64}");
const std::regex kDateTime(
    "[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))"
    "?)?)?");
const std::regex kCode("[^\\s]+( [^\\s]+)*");
const std::regex kUri("[^\\s]+");

bool is(const Json& value, const std::regex& form) {
  return value.is_string() && std::regex_match(value.get<std::string>(), form);
}

// No value is null, no text empty or with control characters, no array or object empty.
std::string against_json(const Json& value) {
  if (value.is_null()) return "a null";
  if ((value.is_array() || value.is_object()) && value.empty()) return "an empty array or object";
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) return "a text of nothing";
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 && c != '\t' && c != '\r' && c != '\n') return "a control character";
    }
  }
  if (value.is_structured()) {
    for (const Json& inner : value) {
      if (std::string wrong = against_json(inner); !wrong.empty()) return wrong;
    }
  }
  return "";
}

std::string against_members(const Json& object, const std::set<std::string>& allowed,
                            const std::set<std::string>& required) {
  if (!object.is_object()) return "no object";
  for (const auto& [name, value] : object.items()) {
    if (!allowed.contains(name)) return "a member " + name;
  }
  for (const std::string& name : required) {
    if (!object.contains(name)) return "no member " + name;
  }
  return "";
}

std::string against_extension(const Json& extension) {
  if (extension.size() != 2 || !extension.contains("url")) return "an extension that is none";
  if (!is(extension["url"], kUri)) return "an extension without url";
  for (const auto& [name, value] : extension.items()) {
    if (name == "url") continue;
    if (name == "valueCode" && is(value, kCode)) return "";
    if (name == "valueString" && value.is_string()) return "";
    if (name == "valueBase64Binary" && value.is_string()) return "";
    if (name == "valueDateTime" && is(value, kDateTime)) return "";
    if (name == "valueBoolean" && value.is_boolean()) return "";
  }
  return "an extension with a value of no type";
}

std::string against_extensions(const Json& element) {
  if (!element.contains("extension")) return "";
  for (const Json& extension : element["extension"]) {
    if (std::string wrong = against_extension(extension); !wrong.empty()) return wrong;
  }
  return "";
}

std::string against_coding(const Json& coding) {
  if (std::string wrong =
          against_members(coding, {"system", "code", "display"}, {"system", "code"});
      !wrong.empty()) {
    return wrong;
  }
  return is(coding["system"], kUri) && is(coding["code"], kCode) ? "" : "a coding that is none";
}

bool is_concept(const Json& concept_, std::string_view system, std::string_view code) {
  return concept_.is_object() && concept_.contains("coding") && concept_["coding"].is_array() &&
         concept_["coding"].size() == 1 && against_coding(concept_["coding"][0]).empty() &&
         concept_["coding"][0]["system"] == system && concept_["coding"][0]["code"] == code;
}

std::string against_reference(const Json& reference) {
  if (std::string wrong = against_members(reference, {"identifier"}, {"identifier"});
      !wrong.empty()) {
    return wrong;
  }
  const Json& identifier = reference["identifier"];
  if (std::string wrong = against_members(identifier, {"system", "value"}, {"value"});
      !wrong.empty()) {
    return wrong;
  }
  return is(identifier["system"], kUri) ? "" : "an identifier without system";
}

std::string against_provision(const Json& provision) {
  if (std::string wrong =
          against_members(provision, {"extension", "type", "period", "purpose"}, {"type"});
      !wrong.empty()) {
    return wrong;
  }
  if (provision["type"] != "permit" && provision["type"] != "deny") return "a provision of no type";
  if (provision.contains("period")) {
    const Json& period = provision["period"];
    if (std::string wrong = against_members(period, {"start", "end"}, {}); !wrong.empty())
      return wrong;
    for (const Json& time : period) {
      if (!is(time, kDateTime)) return "a period of no times";
    }
    // per-1: in UTC and one form, the order of texts is that of times.
    if (period.size() == 2 && period["start"] > period["end"]) return "a period that ends first";
  }
  if (provision.contains("purpose")) {
    for (const Json& coding : provision["purpose"]) {
      if (std::string wrong = against_coding(coding); !wrong.empty()) return wrong;
    }
  }
  return against_extensions(provision);
}

std::string against_attachment(const Json& attachment) {
  if (std::string wrong =
          against_members(attachment, {"extension", "size", "title"}, {"extension"});
      !wrong.empty()) {
    return wrong;
  }
  if (attachment.contains("size") &&
      (!attachment["size"].is_number_unsigned() || attachment["size"] > 2147483647)) {
    return "a size that is no unsignedInt";
  }
  return against_extensions(attachment);
}

std::string against_form(const Json& resource) {
  // verification and action are not allowed by the profile; the rest is not written.
  return against_members(
      resource,
      {"resourceType", "id", "extension", "status", "scope", "category", "patient", "dateTime",
       "performer", "organization", "sourceAttachment", "policy", "provision"},
      {"resourceType", "id", "status", "scope", "category", "patient", "dateTime", "performer",
       "organization", "policy", "provision"});
}

std::string against_head(const Json& resource) {
  if (resource["resourceType"] != "Consent") return "no Consent";
  if (!is(resource["id"], kId)) return "an id that is none";
  if (resource["status"] != "active" && resource["status"] != "inactive") return "another status";
  if (!is_concept(resource["scope"], "http://terminology.hl7.org/CodeSystem/consentscope",
                  "patient-privacy")) {
    return "another scope";
  }
  if (!resource["category"].is_array() ||
      !is_concept(resource["category"][0], "http://loinc.org", "59284-0")) {
    return "another category";
  }
  return is(resource["dateTime"], kDateTime) ? "" : "a dateTime that is none";
}

}  // namespace

std::string against_consent(const Json& resource) {
  if (std::string wrong = against_json(resource); !wrong.empty()) return wrong;
  if (std::string wrong = against_form(resource); !wrong.empty()) return wrong;
  if (std::string wrong = against_head(resource); !wrong.empty()) return wrong;
  if (std::string wrong = against_extensions(resource); !wrong.empty()) return wrong;
  for (const Json* reference :
       {&resource["patient"], &resource["performer"][0], &resource["organization"][0]}) {
    if (std::string wrong = against_reference(*reference); !wrong.empty()) return wrong;
  }
  // ppc-1: a policy, or a rule.
  if (!resource["policy"].is_array() || !is(resource["policy"][0]["uri"], kUri)) return "no policy";
  if (resource.contains("sourceAttachment")) {
    if (std::string wrong = against_attachment(resource["sourceAttachment"]); !wrong.empty())
      return wrong;
  }
  return against_provision(resource["provision"]);
}

std::string against_bundle(const Json& bundle) {
  if (std::string wrong = against_json(bundle); !wrong.empty()) return wrong;
  if (std::string wrong = against_members(bundle, {"resourceType", "type", "timestamp", "entry"},
                                          {"resourceType", "type"});
      !wrong.empty()) {
    return wrong;
  }
  if (bundle["resourceType"] != "Bundle" || bundle["type"] != "collection") return "no collection";
  if (!bundle.contains("entry")) return "";
  std::set<std::string> urls;  // bdl-7
  for (const Json& entry : bundle["entry"]) {
    if (std::string wrong =
            against_members(entry, {"fullUrl", "resource"}, {"fullUrl", "resource"});
        !wrong.empty()) {
      return wrong;
    }
    if (!is(entry["fullUrl"], kUri)) return "a fullUrl that is none";
    if (!urls.insert(entry["fullUrl"].get<std::string>()).second) return "a fullUrl twice";
  }
  return "";
}

}  // namespace sealpost::report
