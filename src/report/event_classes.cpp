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

// Types.
constexpr Coding kSecurityAlert = dicom("110113", "Security Alert");
constexpr Coding kPatientRecord = dicom("110110", "Patient Record");
constexpr Coding kExport = dicom("110106", "Export");
constexpr Coding kImport = dicom("110107", "Import");
constexpr Coding kAuditLogUsed = dicom("110101", "Audit Log Used");
constexpr Coding kAuthentication = dicom("110114", "User Authentication");
constexpr Coding kApplication = dicom("110100", "Application Activity");
// Subtypes.
constexpr Coding kUserChanged = dicom("110137", "User Security Attributes Changed");
constexpr Coding kObjectChanged = dicom("110135", "Object Security Attributes Changed");
constexpr Coding kConfiguration = dicom("110129", "Security Configuration");
constexpr Coding kLogin = dicom("110122", "Login");
constexpr Coding kAccess = lifecycle("access", "Access/View Record Lifecycle Event");
constexpr Coding kDestroy = lifecycle("destroy", "Destroy/Delete Record Lifecycle Event");
constexpr Coding kExtract = lifecycle("extract", "Extract Record Lifecycle Event");
constexpr Coding kTransmit = lifecycle("transmit", "Transmit Record Lifecycle Event");
constexpr Coding kReceive = lifecycle("receive", "Receive/Retain Record Lifecycle Event");

// OCSF: 3001 Account Change, 3002 Authentication, 6002 Application Lifecycle, 6003 API Activity.
constexpr std::array kClasses{
    EventClass{"access.refused", kSecurityAlert, dicom("110132", "Use of Restricted Function"), 'E',
               600399, 6},
    EventClass{"audit.export", kAuditLogUsed, kExtract, 'R', 600399, 3},
    EventClass{"audit.mirror-export", kAuditLogUsed, kExtract, 'R', 600399, 3},
    EventClass{"audit.mirror-query", kAuditLogUsed, interaction("search", "search"), 'R', 600302,
               2},
    EventClass{"audit.query", kAuditLogUsed, interaction("search", "search"), 'R', 600302, 2},
    EventClass{"audit.read", kAuditLogUsed, kAccess, 'R', 600302, 3},
    EventClass{"audit.review", kAuditLogUsed, lifecycle("attest", "Attest Record Lifecycle Event"),
               'R', 600301, 2},
    EventClass{"blob.fetch", kExport, kTransmit, 'R', 600302, 1},
    EventClass{"consent.decision", kSecurityAlert,
               Coding{kBalp, "AuthZ-Consent", "Consent Authorization Decision"}, 'E', 600399, 2},
    EventClass{"consent.resume", kPatientRecord, interaction("create", "create"), 'C', 600301, 3},
    EventClass{"consent.stop", kPatientRecord, interaction("update", "update"), 'U', 600303, 4},
    EventClass{"device.renew", kSecurityAlert, kUserChanged, 'U', 300199, 3},
    EventClass{"device.revoke", kSecurityAlert, kUserChanged, 'U', 300105, 6},
    EventClass{"device.unlock", kAuthentication, kLogin, 'E', 300201, 1},
    EventClass{"device.unlock-failed", kAuthentication, kLogin, 'E', 300201, 5},
    EventClass{"device.wipe", kSecurityAlert, kUserChanged, 'D', 300106, 7},
    EventClass{"device.wipe-fetch", kSecurityAlert, kUserChanged, 'R', 300199, 5},
    EventClass{"device.wiped", kSecurityAlert, kUserChanged, 'D', 300106, 6},
    EventClass{"journal.break", kSecurityAlert, kObjectChanged, 'E', 600399, 7},
    EventClass{"key.backup", kExport, kExtract, 'R', 600399, 4},
    EventClass{"member.invite", kSecurityAlert, kUserChanged, 'C', 300101, 3},
    EventClass{"member.join", kSecurityAlert, kUserChanged, 'C', 300101, 3},
    EventClass{"member.role", kSecurityAlert, dicom("110136", "Security Roles Changed"), 'U',
               300199, 5},
    EventClass{"message.claim-by-link", kPatientRecord, kAccess, 'R', 600302, 2},
    EventClass{"message.deliver", kImport, kReceive, 'C', 600301, 1},
    EventClass{"message.drop", kPatientRecord, kDestroy, 'D', 600304, 3},
    EventClass{"message.expire", kPatientRecord, kDestroy, 'D', 600304, 2},
    EventClass{"message.export", kExport, kExtract, 'R', 600399, 5},
    EventClass{"message.fetch", kExport, kTransmit, 'R', 600302, 1},
    EventClass{"message.link-locked", kSecurityAlert, kObjectChanged, 'U', 600399, 6},
    EventClass{"message.opened-by-link", kPatientRecord, kAccess, 'R', 600302, 1},
    EventClass{"message.read", kPatientRecord, kAccess, 'R', 600302, 1},
    EventClass{"message.recall", kPatientRecord,
               lifecycle("deprecate", "Deprecate/Retract Record Lifecycle Event"), 'U', 600303, 3},
    EventClass{"message.recalled", kPatientRecord, kDestroy, 'D', 600304, 2},
    EventClass{"message.reply", kImport, kReceive, 'C', 600301, 1},
    EventClass{"message.reply-stored", kImport, kReceive, 'C', 600301, 1},
    EventClass{"message.resend", kExport, kTransmit, 'R', 600303, 2},
    EventClass{"message.send", kExport, kTransmit, 'R', 600301, 1},
    EventClass{"message.undecryptable", kSecurityAlert, kObjectChanged, 'E', 600399, 5},
    EventClass{"message.view", kPatientRecord, kAccess, 'R', 600302, 1},
    EventClass{"message.withdraw", kPatientRecord, kDestroy, 'D', 600304, 3},
    EventClass{"message.wrong-passcode", kAuthentication, kLogin, 'E', 300299, 5},
    EventClass{"mfa.enrol", kSecurityAlert, kUserChanged, 'C', 300110, 3},
    EventClass{"mfa.fail", kAuthentication, kLogin, 'E', 300201, 6},
    EventClass{"mfa.pause", kSecurityAlert, kUserChanged, 'U', 300109, 7},
    EventClass{"mfa.reset", kSecurityAlert, kUserChanged, 'D', 300111, 5},
    EventClass{"mfa.verify", kAuthentication, kLogin, 'E', 300201, 2},
    EventClass{"org.create", kSecurityAlert, kConfiguration, 'C', 600301, 3},
    EventClass{"policy.set", kSecurityAlert, kConfiguration, 'U', 600303, 4},
    EventClass{"prekey.claim", kSecurityAlert, kObjectChanged, 'R', 600302, 1},
    EventClass{"prekey.publish", kSecurityAlert, kUserChanged, 'C', 600301, 1},
    EventClass{"register.append", kPatientRecord,
               lifecycle("originate", "Originate/Retain Record Lifecycle Event"), 'C', 600301, 1},
    EventClass{"register.export", kExport, kExtract, 'R', 600399, 4},
    EventClass{"register.grant", kSecurityAlert, kObjectChanged, 'C', 600301, 3},
    EventClass{"register.miss", kSecurityAlert, kObjectChanged, 'E', 600399, 4},
    EventClass{"register.read", kPatientRecord, kAccess, 'R', 600302, 1},
    EventClass{"register.shred", kPatientRecord, kDestroy, 'D', 600304, 4},
    EventClass{"register.skip", kSecurityAlert, kObjectChanged, 'U', 600303, 6},
    EventClass{"relay.add", kSecurityAlert, kConfiguration, 'C', 600301, 3},
    EventClass{"service.start", kApplication, dicom("110120", "Application Start"), 'E', 600203, 2},
    EventClass{"service.stop", kApplication, dicom("110121", "Application Stop"), 'E', 600204, 2},
};

}  // namespace

std::span<const EventClass> event_classes() { return kClasses; }

EventClass class_of(std::string_view event) {
  const auto at = std::find_if(kClasses.begin(), kClasses.end(),
                               [&](const EventClass& known) { return known.event == event; });
  if (at != kClasses.end()) return *at;
  return {event, kApplication, interaction("operation", "operation"), 'E', 600399, 3};
}

}  // namespace sealpost::report
