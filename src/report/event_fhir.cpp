// AuditEvent resources of FHIR R4 (hl7.org/fhir/R4/auditevent.html). What FHIR has no place for
// stands in details of the entity that is the event itself.
#include "report/event_classes.hpp"
#include "report/events.hpp"
#include "text/time.hpp"

namespace sealpost::report {
namespace {

using text::OrderedJson;

constexpr std::string_view kEntityType = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
constexpr std::string_view kSourceType =
    "http://terminology.hl7.org/CodeSystem/security-source-type";
constexpr std::string_view kObjectRole = "http://terminology.hl7.org/CodeSystem/object-role";

OrderedJson coding(const Coding& coding) {
  return {{"system", coding.system}, {"code", coding.code}, {"display", coding.display}};
}

OrderedJson reference(std::string_view system, std::string_view value) {
  return {{"identifier", OrderedJson{{"system", system}, {"value", value}}}};
}

// audit-event-outcome: 0 success, 4 minor failure, 8 serious failure.
std::string_view outcome_code(audit::Outcome outcome) {
  switch (outcome) {
    case audit::Outcome::kSuccess:
      return "0";
    case audit::Outcome::kRefused:
      return "4";
    case audit::Outcome::kFailed:
      break;
  }
  return "8";
}

OrderedJson entity(std::string_view system, std::string_view value) {
  return {{"what", reference(system, value)},
          {"type", coding({kEntityType, "2", "System Object"})}};
}

OrderedJson agent_of(const audit::Event& event, const EventSource& source) {
  OrderedJson agent{{"who", reference("urn:sealpost:device", event.actor)},
                    {"requestor", event.actor != source.log}};
  if (event.address.empty()) return agent;
  agent["network"] = OrderedJson{{"address", event.address}, {"type", "2"}};
  return agent;
}

// The event in the log, with what else it says.
OrderedJson leaf_of(const IndexedEvent& logged, const EventSource& source) {
  OrderedJson leaf = entity("urn:sealpost:log:" + source.log, std::to_string(logged.index));
  leaf["role"] = coding({kObjectRole, "13", "Security Resource"});
  const auto add = [&leaf](std::string_view type, std::string_view value) {
    if (value.empty()) return;
    leaf["detail"].push_back(OrderedJson{{"type", type}, {"valueString", value}});
  };
  for (const auto& [name, value] : logged.event.details) add(name, value);
  add("request", logged.event.request);
  return leaf;
}

}  // namespace

OrderedJson fhir_event(const IndexedEvent& logged, const EventSource& source) {
  const audit::Event& event = logged.event;
  const EventClass known = class_of(event.event);
  OrderedJson out{{"resourceType", "AuditEvent"},
                  {"id", "event-" + std::to_string(logged.index)},
                  {"type", coding(known.type)}};
  out["subtype"].push_back(coding(known.subtype));
  out["subtype"].push_back(OrderedJson{{"system", "urn:sealpost:event"}, {"code", event.event}});
  out["action"] = std::string(1, known.action);
  out["recorded"] = text::format_time(event.at);
  out["outcome"] = outcome_code(event.outcome);
  if (!event.purpose.empty()) {
    OrderedJson purpose;
    purpose["coding"].push_back(
        OrderedJson{{"system", "urn:sealpost:purpose"}, {"code", event.purpose}});
    out["purposeOfEvent"].push_back(purpose);
  }
  out["agent"].push_back(agent_of(event, source));
  OrderedJson observer{{"site", source.organisation},
                       {"observer", reference("urn:sealpost:log", source.log)}};
  observer["type"].push_back(coding({kSourceType, "4", "Application Server"}));
  out["source"] = observer;
  out["entity"].push_back(leaf_of(logged, source));
  if (!event.message.empty()) {
    out["entity"].push_back(entity("urn:sealpost:message", event.message));
  }
  for (const std::string& object : event.objects) {
    out["entity"].push_back(entity("urn:sealpost:object", object));
  }
  return out;
}

}  // namespace sealpost::report
