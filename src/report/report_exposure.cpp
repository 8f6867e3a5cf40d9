// What somebody who has a device could open with it, as far as the log knows.
#include "report/report_parts.hpp"

namespace sealpost::report {
namespace {

using audit::Event;
using audit::Filter;

class Exposure final : public AuditReport {
 public:
  explicit Exposure(std::string device) : device_(std::move(device)) {}
  std::vector<Filter> filters() const override {
    std::vector<Filter> out(2);
    out[0].object = device_;
    out[1].actor = device_;
    return out;
  }
  void take(const IndexedEvent& logged) override {
    const Event& event = logged.event;
    if (event.event.starts_with("message.")) return take_message(event);
    if (event.event.starts_with("register.")) return take_register(event);
    const bool about_it = !event.objects.empty() && event.objects.front() == device_;
    if (event.event == "device.wiped" && about_it) wiped_ = text::format_time(event.at);
    if (event.event == "device.revoke" && about_it) revoked_ = text::format_time(event.at);
    if (is_copy_of_log(event.event)) log_ = true;
    if (event.event == "blob.fetch") ++attachments_;
  }
  Page finish() override;

 private:
  struct Message {
    std::string from, purpose, sent, fetched, delivered, read, state;
  };
  // What others said of messages that the device sent is no matter of its own.
  bool is_others(const Event& event) const {
    const bool said = event.event == "message.deliver" || event.event == "message.read" ||
                      event.event == "message.recalled";
    return (said && event.actor != device_) ||
           (event.event == "message.recall" || event.event == "message.export");
  }
  // Deleted before the device had it, or destroyed by it unread.
  void take_message(const Event& event) {
    if (is_others(event)) return;
    if (event.event == "message.fetch") return take_fetch(event);
    Message& message = messages_[event.message];
    const std::string at = text::format_time(event.at);
    if (!event.purpose.empty()) message.purpose = event.purpose;
    if (event.event == "message.send") {
      message.from = event.actor;
      message.sent = at;
      message.state = event.actor == device_ ? "stored" : "waiting";
    } else if (event.event == "message.deliver") {
      message.delivered = at;
      message.state = "stored";
    } else if (event.event == "message.read") {
      message.read = at;
      message.state = "stored";
    } else if (event.event == "message.recalled") {
      message.state = "destroyed";
    } else if (is_gone(event.event) && message.state == "waiting") {
      message.state = "gone";
    }
    if (message.state.empty()) messages_.erase(event.message);
  }
  // Given to the device, which has not said that it stored it: it may have it all the same,
  // whatever becomes of the message later.
  void take_fetch(const Event& event) {
    for (const std::string& id : messages_of(event)) {
      Message& message = messages_[id];
      message.fetched = text::format_time(event.at);
      if (message.state.empty() || message.state == "waiting") message.state = "fetched";
    }
  }
  static bool is_copy_of_log(std::string_view event) {
    return event == "audit.read" || event == "audit.export" || event.starts_with("audit.mirror-");
  }
  static bool is_gone(std::string_view event) {
    return event == "message.drop" || event == "message.withdraw" || event == "message.expire";
  }
  void take_register(const Event& event) {
    if (event.objects.empty()) return;
    const std::string& stream = event.objects.front();
    const bool granted = event.event == "register.grant" && event.actor != device_;
    if (granted || (event.event == "register.read" && event.actor == device_)) {
      streams_[stream] = text::format_time(event.at);
    }
  }
  std::string device_;
  std::map<std::string, Message> messages_;
  std::map<std::string, std::string> streams_;  // to when the device had keys or entries last
  std::string wiped_, revoked_;
  std::uint64_t attachments_ = 0;
  bool log_ = false;
};

Page Exposure::finish() {
  Page page{"exposure", "Exposure of a device", {}, {}, {}, {}, {}};
  Counts purposes;
  Counts states;
  Table list{"Messages that it could open",
             {"message", "from", "purpose", "sent", "fetched", "delivered", "read", "state"},
             {}};
  for (const auto& [id, message] : messages_) {
    states.add(message.state);
    if (message.state == "destroyed" || message.state == "gone") continue;
    if (!message.purpose.empty()) purposes.add(message.purpose);
    list.rows.push_back({id, message.from, message.purpose, message.sent, message.fetched,
                         message.delivered, message.read, message.state});
  }
  page.figures = {{"device", device_}, {"could open", number(list.rows.size())}};
  for (const auto& [state, count] : states.by_name())
    page.figures.push_back({state, number(count)});
  page.figures.push_back({"attachments fetched", number(attachments_)});
  page.figures.push_back({"a copy of the audit log", log_ ? "yes" : "no"});
  page.figures.push_back({"revoked", revoked_.empty() ? "no" : revoked_});
  page.figures.push_back({"wiped", wiped_.empty() ? "no" : wiped_});
  page.charts = {{"By purpose", purposes.by_count()}};
  Table streams{"Streams of the register that it could read", {"stream", "last"}, {}};
  for (const auto& [stream, last] : streams_) streams.rows.push_back({stream, last});
  page.tables = {std::move(streams), std::move(list)};
  page.notes = {
      "Without the passphrase of its vault nothing of this opens. What waits at the relay is "
      "given to the device until it is revoked; what it has stored stays readable to who has "
      "the passphrase, unless the device said that it was wiped. What it fetched and never "
      "confirmed it may have stored as well."};
  return page;
}

}  // namespace

std::unique_ptr<AuditReport> exposure_report(const std::string& device) {
  return std::make_unique<Exposure>(device);
}

}  // namespace sealpost::report
