// What the audit log comes to, for who has to look at it: events go in one after the other, in the
// order of the log, and a page comes out. sealpost-audit(1), report. One thread each.
#pragma once

#include <map>
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
  std::string member;                                // user id; may be empty
  std::string contact;                               // id of a contact; empty for all
  std::string device;                                // full name
  std::map<std::string, std::string> contacts = {};  // what to call them, by id
};

// So many rows a report of all contacts holds at most: a longer one is asked for in parts.
inline constexpr std::uint64_t kMaxRows = 200'000;

class AuditReport {
 public:
  virtual ~AuditReport() = default;
  // What to ask the log for: events that match any of these, each event once, in order.
  virtual std::vector<audit::Filter> filters() const = 0;
  virtual void take(const IndexedEvent& logged) = 0;
  // Whether it can hold no more; then it is no report.
  virtual bool full() const { return false; }
  // Title and tables; what else stands around them the caller knows.
  virtual Page finish() = 0;
};
std::unique_ptr<AuditReport> audit_report(ReportKind kind, const ReportSubject& subject);

}  // namespace sealpost::report
