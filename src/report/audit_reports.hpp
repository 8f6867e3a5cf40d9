// What the audit log comes to, for who has to look at it: events go in one after the other, in the
// order of the log, and a page comes out. sealpost-audit(1), report. One thread each.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/filter.hpp"
#include "report/events.hpp"
#include "report/page.hpp"

namespace sealpost::report {

enum class ReportKind { kActivity, kAccess, kDisclosures, kFailures, kExposure };
std::optional<ReportKind> report_kind_from_name(std::string_view name);

// Whom a report is about, as far as its kind asks.
struct ReportSubject {
  std::string member;   // user id; may be empty
  std::string contact;  // id of a contact
  std::string device;   // full name
};

class AuditReport {
 public:
  virtual ~AuditReport() = default;
  // What to ask the log for: events that match any of these, each event once, in order.
  virtual std::vector<audit::Filter> filters() const = 0;
  virtual void take(const IndexedEvent& logged) = 0;
  // Title and tables; what else stands around them the caller knows.
  virtual Page finish() = 0;
};
std::unique_ptr<AuditReport> audit_report(ReportKind kind, const ReportSubject& subject);

}  // namespace sealpost::report
