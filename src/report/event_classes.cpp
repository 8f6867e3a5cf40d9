#include "report/event_classes.hpp"

#include <algorithm>
#include <array>

namespace sealpost::report {
namespace {

constexpr std::string_view kDicom = "http://dicom.nema.org/resources/ontology/DCM";
constexpr std::string_view kLifecycle = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle";
constexpr std::string_view kInteraction = "http://hl7.org/fhir/restful-interaction";
constexpr std::string_view kBalp =
    "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType";

constexpr Coding dicom(std::string_view code, std::string_view display) {
  return {kDicom, code, display};
}
constexpr Coding lifecycle(std::string_view code, std::string_view display) {
  return {kLifecycle, code, display};
}
constexpr Coding interaction(std::string_view code, std::string_view display) {
  return {kInteraction, code, display};
}

// OCSF: 3001 Account Change, 3002 Authentication, 6002 Application Lifecycle, 6003 API Activity.
constexpr std::array kClasses{
    EventClass{"access.refused", dicom("110113", "Security Alert"),
               dicom("110132", "Use of Restricted Function"), 'E', 600399, 6},
    EventClass{"audit.export", dicom("110101", "Audit Log Used"),
               lifecycle("extract", "Extract Record Lifecycle Event"), 'R', 600399, 3},
    EventClass{"audit.query", dicom("110101", "Audit Log Used"), interaction("search", "search"),
               'R', 600302, 2},
    EventClass{"audit.read", dicom("110101", "Audit Log Used"),
               lifecycle("access", "Access/View Record Lifecycle Event"), 'R', 600302, 3},
    EventClass{"audit.review", dicom("110101", "Audit Log Used"),
               lifecycle("attest", "Attest Record Lifecycle Event"), 'R', 600301, 2},
    EventClass{"blob.fetch", dicom("110106", "Export"),
               lifecycle("transmit", "Transmit Record Lifecycle Event"), 'R', 600302, 1},
    EventClass{"consent.decision", dicom("110113", "Security Alert"),
               Coding{kBalp, "AuthZ-Consent", "Consent Authorization Decision"}, 'E', 600399, 2},
    EventClass{"consent.resume", dicom("110110", "Patient Record"), interaction("create", "create"),
               'C', 600301, 3},
    EventClass{"consent.stop", dicom("110110", "Patient Record"), interaction("update", "update"),
               'U', 600303, 4},
    EventClass{"device.renew", dicom("110113", "Security Alert"),
               dicom("110137", "User Security Attributes Changed"), 'U', 300199, 3},
    EventClass{"device.revoke", dicom("110113", "Security Alert"),
               dicom("110137", "User Security Attributes Changed"), 'U', 300105, 6},
    EventClass{"device.unlock", dicom("110114", "User Authentication"), dicom("110122", "Login"),
               'E', 300201, 1},
    EventClass{"device.unlock-failed", dicom("110114", "User Authentication"),
               dicom("110122", "Login"), 'E', 300201, 5},
    EventClass{"device.wipe", dicom("110113", "Security Alert"),
               dicom("110137", "User Security Attributes Changed"), 'D', 300106, 7},
    EventClass{"device.wipe-fetch", dicom("110113", "Security Alert"),
               dicom("110137", "User Security Attributes Changed"), 'R', 300199, 5},
    EventClass{"device.wiped", dicom("110113", "Security Alert"),
               dicom("110137", "User Security Attributes Changed"), 'D', 300106, 6},
    EventClass{"journal.break", dicom("110113", "Security Alert"),
               dicom("110135", "Object Security Attributes Changed"), 'E', 600399, 7},
    EventClass{"key.backup", dicom("110106", "Export"),
               lifecycle("extract", "Extract Record Lifecycle Event"), 'R', 600399, 4},
    EventClass{"member.invite", dicom("110113", "Security Alert"),
               dicom("110137", "User Security Attributes Changed"), 'C', 300101, 3},
    EventClass{"member.join", dicom("110113", "Security Alert"),
               dicom("110137", "User Security Attributes Changed"), 'C', 300101, 3},
    EventClass{"member.role", dicom("110113", "Security Alert"),
               dicom("110136", "Security Roles Changed"), 'U', 300199, 5},
    EventClass{"message.claim-by-link", dicom("110110", "Patient Record"),
               lifecycle("access", "Access/View Record Lifecycle Event"), 'R', 600302, 2},
    EventClass{"message.deliver", dicom("110107", "Import"),
               lifecycle("receive", "Receive/Retain Record Lifecycle Event"), 'C', 600301, 1},
    EventClass{"message.drop", dicom("110110", "Patient Record"),
               lifecycle("destroy", "Destroy/Delete Record Lifecycle Event"), 'D', 600304, 3},
    EventClass{"message.expire", dicom("110110", "Patient Record"),
               lifecycle("destroy", "Destroy/Delete Record Lifecycle Event"), 'D', 600304, 2},
    EventClass{"message.export", dicom("110106", "Export"),
               lifecycle("extract", "Extract Record Lifecycle Event"), 'R', 600399, 5},
    EventClass{"message.link-locked", dicom("110113", "Security Alert"),
               dicom("110135", "Object Security Attributes Changed"), 'U', 600399, 6},
    EventClass{"message.opened-by-link", dicom("110110", "Patient Record"),
               lifecycle("access", "Access/View Record Lifecycle Event"), 'R', 600302, 1},
    EventClass{"message.read", dicom("110110", "Patient Record"),
               lifecycle("access", "Access/View Record Lifecycle Event"), 'R', 600302, 1},
    EventClass{"message.recall", dicom("110110", "Patient Record"),
               lifecycle("deprecate", "Deprecate/Retract Record Lifecycle Event"), 'U', 600303, 3},
    EventClass{"message.recalled", dicom("110110", "Patient Record"),
               lifecycle("destroy", "Destroy/Delete Record Lifecycle Event"), 'D', 600304, 2},
    EventClass{"message.reply", dicom("110107", "Import"),
               lifecycle("receive", "Receive/Retain Record Lifecycle Event"), 'C', 600301, 1},
    EventClass{"message.reply-stored", dicom("110107", "Import"),
               lifecycle("receive", "Receive/Retain Record Lifecycle Event"), 'C', 600301, 1},
    EventClass{"message.resend", dicom("110106", "Export"),
               lifecycle("transmit", "Transmit Record Lifecycle Event"), 'R', 600303, 2},
    EventClass{"message.send", dicom("110106", "Export"),
               lifecycle("transmit", "Transmit Record Lifecycle Event"), 'R', 600301, 1},
    EventClass{"message.undecryptable", dicom("110113", "Security Alert"),
               dicom("110135", "Object Security Attributes Changed"), 'E', 600399, 5},
    EventClass{"message.view", dicom("110110", "Patient Record"),
               lifecycle("access", "Access/View Record Lifecycle Event"), 'R', 600302, 1},
    EventClass{"message.withdraw", dicom("110110", "Patient Record"),
               lifecycle("destroy", "Destroy/Delete Record Lifecycle Event"), 'D', 600304, 3},
    EventClass{"message.wrong-passcode", dicom("110114", "User Authentication"),
               dicom("110122", "Login"), 'E', 300299, 5},
    EventClass{"mfa.enrol", dicom("110113", "Security Alert"),
               dicom("110137", "User Security Attributes Changed"), 'C', 300110, 3},
    EventClass{"mfa.fail", dicom("110114", "User Authentication"), dicom("110122", "Login"), 'E',
               300201, 6},
    EventClass{"mfa.pause", dicom("110113", "Security Alert"),
               dicom("110137", "User Security Attributes Changed"), 'U', 300109, 7},
    EventClass{"mfa.reset", dicom("110113", "Security Alert"),
               dicom("110137", "User Security Attributes Changed"), 'D', 300111, 5},
    EventClass{"mfa.verify", dicom("110114", "User Authentication"), dicom("110122", "Login"), 'E',
               300201, 2},
    EventClass{"org.create", dicom("110113", "Security Alert"),
               dicom("110129", "Security Configuration"), 'C', 600301, 3},
    EventClass{"policy.set", dicom("110113", "Security Alert"),
               dicom("110129", "Security Configuration"), 'U', 600303, 4},
    EventClass{"prekey.publish", dicom("110113", "Security Alert"),
               dicom("110137", "User Security Attributes Changed"), 'C', 600301, 1},
    EventClass{"register.append", dicom("110110", "Patient Record"),
               lifecycle("originate", "Originate/Retain Record Lifecycle Event"), 'C', 600301, 1},
    EventClass{"register.export", dicom("110106", "Export"),
               lifecycle("extract", "Extract Record Lifecycle Event"), 'R', 600399, 4},
    EventClass{"register.grant", dicom("110113", "Security Alert"),
               dicom("110135", "Object Security Attributes Changed"), 'C', 600301, 3},
    EventClass{"register.miss", dicom("110113", "Security Alert"),
               dicom("110135", "Object Security Attributes Changed"), 'E', 600399, 4},
    EventClass{"register.read", dicom("110110", "Patient Record"),
               lifecycle("access", "Access/View Record Lifecycle Event"), 'R', 600302, 1},
    EventClass{"register.shred", dicom("110110", "Patient Record"),
               lifecycle("destroy", "Destroy/Delete Record Lifecycle Event"), 'D', 600304, 4},
    EventClass{"register.skip", dicom("110113", "Security Alert"),
               dicom("110135", "Object Security Attributes Changed"), 'U', 600303, 6},
    EventClass{"relay.add", dicom("110113", "Security Alert"),
               dicom("110129", "Security Configuration"), 'C', 600301, 3},
    EventClass{"service.start", dicom("110100", "Application Activity"),
               dicom("110120", "Application Start"), 'E', 600203, 2},
    EventClass{"service.stop", dicom("110100", "Application Activity"),
               dicom("110121", "Application Stop"), 'E', 600204, 2},
};

}  // namespace

std::span<const EventClass> event_classes() { return kClasses; }

EventClass class_of(std::string_view event) {
  const auto at = std::find_if(kClasses.begin(), kClasses.end(),
                               [&](const EventClass& known) { return known.event == event; });
  if (at != kClasses.end()) return *at;
  return {event,
          dicom("110100", "Application Activity"),
          interaction("operation", "operation"),
          'E',
          600399,
          3};
}

}  // namespace sealpost::report
