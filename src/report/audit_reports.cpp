#include "report/audit_reports.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "report/report_parts.hpp"
#include "text/time.hpp"

namespace sealpost::report {
namespace {

using audit::Event;
using audit::Filter;

class Activity final : public AuditReport {
 public:
  explicit Activity(std::string member) : member_(std::move(member)) {}
  std::vector<Filter> filters() const override { return {of_member(member_)}; }
  void take(const IndexedEvent& logged) override {
    const Event& event = logged.event;
    ++total_;
    days_.add(day_of(event.at));
    events_.add(event.event);
    outcomes_.add(std::string(audit::outcome_name(event.outcome)));
    Member& member = members_[user_of(event.actor)];
    ++member.events;
    if (event.event == "message.send") ++member.sent;
    if (event.event == "message.read") ++member.read;
    if (event.outcome != audit::Outcome::kSuccess) ++member.bad;
    member.last = text::format_time(event.at);
  }
  Page finish() override {
    Page page{"activity", "Activity", {}, {}, {}, {}, {}};
    page.figures = {{"events", number(total_)}, {"members", number(members_.size())}};
    for (const auto& [outcome, count] : outcomes_.by_name()) {
      page.figures.push_back({outcome, number(count)});
    }
    page.charts = {{"Events by day", days_.by_name()}, {"Events by kind", events_.by_count()}};
    Table table{"Members", {"member", "events", "sent", "read", "refused or failed", "last"}, {}};
    for (const auto& [name, member] : members_) {
      table.rows.push_back({name, number(member.events), number(member.sent), number(member.read),
                            number(member.bad), member.last});
    }
    page.tables.push_back(std::move(table));
    return page;
  }

 private:
  struct Member {
    std::uint64_t events = 0, sent = 0, read = 0, bad = 0;
    std::string last;
  };
  std::string member_;
  std::uint64_t total_ = 0;
  Counts days_, events_, outcomes_;
  std::map<std::string, Member> members_;
};

// What shows that somebody saw, fetched or took something.
constexpr std::array kAccess{
    std::string_view("audit.export"),
    std::string_view("audit.mirror-export"),
    std::string_view("audit.mirror-query"),
    std::string_view("audit.query"),
    std::string_view("audit.read"),
    std::string_view("blob.fetch"),
    std::string_view("message.claim-by-link"),
    std::string_view("message.deliver"),
    std::string_view("message.export"),
    std::string_view("message.fetch"),
    std::string_view("message.opened-by-link"),
    std::string_view("message.read"),
    std::string_view("register.read"),
};

class Access final : public AuditReport {
 public:
  explicit Access(std::string member) : member_(std::move(member)) {}
  std::vector<Filter> filters() const override { return {of_member(member_)}; }
  void take(const IndexedEvent& logged) override {
    const Event& event = logged.event;
    if (std::find(kAccess.begin(), kAccess.end(), event.event) == kAccess.end()) return;
    members_.add(user_of(event.actor));
    events_.add(event.event);
    std::vector<std::string> ids = messages_of(event);
    if (ids.empty()) ids.push_back(about(event));
    for (const std::string& id : ids) add(event, id);
  }
  Page finish() override {
    Page page{"access", "Access", {}, {}, {}, {}, {}};
    page.figures = {{"accesses", number(rows_.size())}};
    page.charts = {{"By member", members_.by_count()}, {"By kind", events_.by_count()}};
    page.tables.push_back({"Who had access to what",
                           {"at", "member", "device", "event", "object", "purpose", "address"},
                           std::move(rows_)});
    page.notes = {
        "A message counts as delivered and as read by what its recipient's device signed; that "
        "there is no such event proves nothing. What it was given is fetched, confirmed or not."};
    return page;
  }

 private:
  void add(const Event& event, const std::string& object) {
    rows_.push_back({text::format_time(event.at), user_of(event.actor), event.actor, event.event,
                     object, event.purpose, event.address});
  }
  std::string member_;
  Counts members_, events_;
  std::vector<std::vector<std::string>> rows_;
};

class Failures final : public AuditReport {
 public:
  explicit Failures(std::string member) : member_(std::move(member)) {}
  std::vector<Filter> filters() const override {
    std::vector<Filter> out{of_member(member_), of_member(member_)};
    out[0].outcome = audit::Outcome::kRefused;
    out[1].outcome = audit::Outcome::kFailed;
    return out;
  }
  void take(const IndexedEvent& logged) override {
    const Event& event = logged.event;
    members_.add(user_of(event.actor));
    events_.add(event.event);
    rows_.push_back({text::format_time(event.at), user_of(event.actor), event.actor, event.event,
                     std::string(audit::outcome_name(event.outcome)), why(event), about(event),
                     event.address});
  }
  Page finish() override {
    Page page{"failures", "Refused and failed", {}, {}, {}, {}, {}};
    page.figures = {{"events", number(rows_.size())}};
    page.charts = {{"By member", members_.by_count()}, {"By kind", events_.by_count()}};
    page.tables.push_back(
        {"What was refused or failed",
         {"at", "member", "device", "event", "outcome", "why", "object", "address"},
         std::move(rows_)});
    return page;
  }

 private:
  static std::string why(const Event& event) {
    std::string out;
    for (const char* name : {"route", "code", "reason"}) {
      const auto at = event.details.find(name);
      if (at != event.details.end()) out += (out.empty() ? "" : ": ") + at->second;
    }
    return out;
  }
  std::string member_;
  Counts members_, events_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace

std::optional<ReportKind> report_kind_from_name(std::string_view name) {
  if (name == "activity") return ReportKind::kActivity;
  if (name == "access") return ReportKind::kAccess;
  if (name == "disclosures") return ReportKind::kDisclosures;
  if (name == "failures") return ReportKind::kFailures;
  if (name == "exposure") return ReportKind::kExposure;
  return std::nullopt;
}

std::unique_ptr<AuditReport> audit_report(ReportKind kind, const ReportSubject& subject) {
  // A filter takes either.
  const std::string& who = subject.device.empty() ? subject.member : subject.device;
  switch (kind) {
    case ReportKind::kActivity:
      return std::make_unique<Activity>(who);
    case ReportKind::kAccess:
      return std::make_unique<Access>(who);
    case ReportKind::kDisclosures:
      return disclosures_report(subject);
    case ReportKind::kFailures:
      return std::make_unique<Failures>(who);
    case ReportKind::kExposure:
      break;
  }
  return exposure_report(subject.device);
}

}  // namespace sealpost::report
