// What the reports share. Internal to report. Pure, thread-safe.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "report/audit_reports.hpp"
#include "text/time.hpp"

namespace sealpost::report {

class Counts {
 public:
  void add(const std::string& name) { ++counts_[name]; }
  std::vector<std::pair<std::string, std::uint64_t>> by_name() const {
    return {counts_.begin(), counts_.end()};
  }
  std::vector<std::pair<std::string, std::uint64_t>> by_count() const {
    auto out = by_name();
    std::stable_sort(out.begin(), out.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    return out;
  }

 private:
  std::map<std::string, std::uint64_t> counts_;
};

inline std::string number(std::uint64_t value) { return std::to_string(value); }
inline std::string day_of(base::Time at) { return text::format_time(at).substr(0, 10); }

// "dr.lee" of "mercy.example/dr.lee/laptop".
inline std::string user_of(std::string_view actor) {
  const auto parts = base::split(actor, '/');
  return std::string(parts.size() > 1 ? parts[1] : parts.front());
}

inline std::string about(const audit::Event& event) {
  if (!event.message.empty()) return event.message;
  return event.objects.empty() ? std::string() : event.objects.front();
}

// The messages that an event is about: the one that it names, or those among its objects.
inline std::vector<std::string> messages_of(const audit::Event& event) {
  if (!event.message.empty()) return {event.message};
  const bool many = event.event == "message.export" || event.event == "message.fetch";
  return many ? event.objects : std::vector<std::string>();
}

inline audit::Filter of_member(const std::string& member) {
  audit::Filter filter;
  if (!member.empty()) filter.actor = member;
  return filter;
}

std::unique_ptr<AuditReport> disclosures_report(const ReportSubject& subject);
std::unique_ptr<AuditReport> exposure_report(const std::string& device);

}  // namespace sealpost::report
