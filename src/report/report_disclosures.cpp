// 45 CFR 164.528: to whom, when, what, why. To one contact, or to all of them, each behind the
// other.
#include "register/record.hpp"
#include "report/report_parts.hpp"

namespace sealpost::report {
namespace {

using audit::Event;
using audit::Filter;

class Disclosures final : public AuditReport {
 public:
  explicit Disclosures(const ReportSubject& subject)
      : contact_(subject.contact),
        by_(subject.device.empty() ? subject.member : subject.device),
        names_(subject.contacts) {}
  std::vector<Filter> filters() const override {
    if (contact_.empty()) return std::vector<Filter>(1);
    std::vector<Filter> out(2);
    out[0].object = contact_;
    out[1].event = "message.export";
    return out;
  }
  void take(const IndexedEvent& logged) override {
    const Event& event = logged.event;
    if (event.event == "message.export") return exported(event);
    for (const std::string& object : event.objects) {
      const bool wanted = contact_.empty() ? reg::is_contact_id(object) : object == contact_;
      if (wanted) about(event, object);
    }
  }
  bool full() const override { return events_ >= kMaxRows; }
  Page finish() override;

 private:
  struct Group {
    std::uint64_t messages = 0;
    std::vector<std::vector<std::string>> rows;
  };
  bool is_by(const Event& event) const {
    return by_.empty() || event.actor == by_ || user_of(event.actor) == by_;
  }
  // What comes of a message later belongs to who sent it, whoever did it.
  void about(const Event& event, const std::string& contact) {
    const bool known = messages_.contains(event.message);
    if (!known && !is_by(event)) return;
    if (event.event == "message.send" && messages_.emplace(event.message, contact).second) {
      ++groups_[contact].messages;
    }
    add(event, contact, event.message);
  }
  // Of a message to a contact, out of the system.
  void exported(const Event& event) {
    for (const std::string& id : messages_of(event)) {
      const auto sent = messages_.find(id);
      if (sent != messages_.end()) add(event, sent->second, id);
    }
  }
  void add(const Event& event, const std::string& contact, const std::string& message) {
    if (!event.purpose.empty()) purposes_.add(event.purpose);
    ++events_;
    std::vector<std::string> row{text::format_time(event.at),
                                 event.event,
                                 event.actor,
                                 message,
                                 event.purpose,
                                 std::string(audit::outcome_name(event.outcome)),
                                 event.address};
    if (contact_.empty()) row.insert(row.begin(), {contact, name_of(contact)});
    groups_[contact].rows.push_back(std::move(row));
  }
  std::string name_of(const std::string& contact) const {
    const auto at = names_.find(contact);
    return at == names_.end() ? std::string() : at->second;
  }

  std::string contact_;  // empty: all
  std::string by_;       // user or device; empty: all
  std::map<std::string, std::string> names_;
  std::map<std::string, std::string> messages_;  // to the contact each went to
  std::map<std::string, Group> groups_;          // by contact
  std::uint64_t events_ = 0;
  Counts purposes_;
};

Page Disclosures::finish() {
  Page page{"disclosures", "Disclosures", {}, {}, {}, {}, {}};
  Table list{"What was disclosed, to whom, when and why",
             {"at", "event", "by", "message", "purpose", "outcome", "address"},
             {}};
  Table contacts{"Contacts", {"contact", "name", "messages sent", "events", "first", "last"}, {}};
  if (contact_.empty()) list.columns.insert(list.columns.begin(), {"contact", "name"});
  for (auto& [contact, group] : groups_) {
    const std::size_t at = contact_.empty() ? 2 : 0;
    contacts.rows.push_back({contact, name_of(contact), number(group.messages),
                             number(group.rows.size()), group.rows.front()[at],
                             group.rows.back()[at]});
    for (auto& row : group.rows) list.rows.push_back(std::move(row));
  }
  if (contact_.empty()) {
    page.figures = {{"contacts", number(groups_.size())}};
    page.tables.push_back(std::move(contacts));
  } else {
    page.figures = {{"contact", contact_}};
  }
  page.figures.push_back({"messages sent", number(messages_.size())});
  page.figures.push_back({"events", number(list.rows.size())});
  page.charts = {{"By purpose", purposes_.by_count()}};
  page.tables.push_back(std::move(list));
  page.notes = {
      "What a message said is known to its sender and its recipient; the log has its id and "
      "its purpose. What left the system by other ways is not in this log."};
  return page;
}

}  // namespace

std::unique_ptr<AuditReport> disclosures_report(const ReportSubject& subject) {
  return std::make_unique<Disclosures>(subject);
}

}  // namespace sealpost::report
