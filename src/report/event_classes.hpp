// What each word of the audit vocabulary is called elsewhere: in FHIR R4 AuditEvent
// (hl7.org/fhir/R4/auditevent.html), in OCSF (schema.ocsf.io, version 1.3) and in CEF. One table,
// which a test holds against the vocabulary. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sealpost::report {

struct Coding {
  std::string_view system;
  std::string_view code;
  std::string_view display;
};

struct EventClass {
  std::string_view event;
  Coding type;         // of FHIR's audit-event-type
  Coding subtype;      // of DICOM, ISO 21089 or FHIR's own interactions
  char action;         // C, R, U, D, E
  std::uint32_t ocsf;  // class_uid * 100 + activity_id
  int severity;        // of CEF, 0 to 10, when it succeeded
};

std::span<const EventClass> event_classes();
// Of a word that a newer relay knows and this program does not: an application's activity.
EventClass class_of(std::string_view event);

}  // namespace sealpost::report
