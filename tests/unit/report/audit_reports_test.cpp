// What the reports say of a small history.
#include "report/audit_reports.hpp"

#include <doctest/doctest.h>

#include "support/fakes.hpp"
#include "text/json.hpp"

namespace sealpost::report {
namespace {

using audit::Event;

const std::string kLee = "mercy.example/dr.lee/laptop";
const std::string kKim = "mercy.example/nurse.kim/phone";
const std::string kJane = "c-00112233445566778899aabbccddeeff";

class History {
 public:
  Event& add(std::string_view name, std::string actor, std::string message = "",
             std::vector<std::string> objects = {}) {
    Event event;
    event.at = testing::FakeClock().now() + std::chrono::hours(8 * events_.size());
    event.event = name;
    event.actor = std::move(actor);
    event.message = std::move(message);
    event.objects = std::move(objects);
    return events_.emplace_back(std::move(event));
  }
  // Fed as flow::make_report() does.
  Page page(ReportKind kind, const ReportSubject& subject) const {
    const auto report = audit_report(kind, subject);
    const auto filters = report->filters();
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const bool wanted = std::any_of(filters.begin(), filters.end(), [&](const auto& filter) {
        return audit::matches(filter, i, events_[i]);
      });
      if (wanted) report->take({i, events_[i]});
    }
    return report->finish();
  }

 private:
  std::vector<Event> events_;
};

History history() {
  History out;
  out.add("message.send", kLee, "m1", {kKim}).purpose = "test-results";
  out.add("message.send", kLee, "m2", {kJane}).purpose = "billing";
  out.add("message.fetch", kKim, "m1");
  out.add("message.deliver", kKim, "m1", {kLee});
  out.add("message.read", kKim, "m1", {kLee});
  out.add("access.refused", kKim).outcome = audit::Outcome::kRefused;
  out.add("message.claim-by-link", "mercy.example/relay", "m2", {kJane});
  out.add("message.export", kLee, "m2");
  out.add("message.export", kLee, "m1");
  out.add("message.send", kLee, "m3", {kKim});
  out.add("message.send", kLee, "m4", {kKim});
  out.add("message.withdraw", "mercy.example/relay", "m4", {kKim});
  out.add("message.send", kLee, "m5", {kKim});
  out.add("message.deliver", kKim, "m5", {kLee});
  out.add("message.recalled", kKim, "m5", {kLee});
  out.add("message.send", kLee, "m6", {kKim});
  out.add("message.send", kLee, "m7", {kKim});
  out.add("message.fetch", kKim, "", {"m6", "m7"});
  out.add("message.withdraw", "mercy.example/relay", "m7", {kKim});
  out.add("register.grant", kLee, "", {"people", kKim});
  out.add("register.read", kKim, "", {"people"});
  out.add("mfa.fail", kKim).outcome = audit::Outcome::kFailed;
  return out;
}

std::string figure(const Page& page, std::string_view name) {
  for (const Figure& figure : page.figures) {
    if (figure.name == name) return figure.value;
  }
  return "(none)";
}

std::vector<std::string> column(const Table& table, std::size_t number) {
  std::vector<std::string> out;
  for (const auto& row : table.rows) out.push_back(row.at(number));
  return out;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("activity counts by day, by kind and by member") {
  const Page page = history().page(ReportKind::kActivity, {});
  CHECK(figure(page, "events") == "22");
  CHECK(figure(page, "refused") == "1");
  CHECK(figure(page, "failed") == "1");
  CHECK(page.charts.at(0).bars.size() == 8);
  CHECK(page.charts.at(1).bars.front() == std::pair<std::string, std::uint64_t>("message.send", 7));
  CHECK(column(page.tables.back(), 0) == Words{"dr.lee", "nurse.kim", "relay"});
  CHECK(column(page.tables.back(), 2) == Words{"7", "0", "0"});
  CHECK(column(page.tables.back(), 4) == Words{"0", "2", "0"});
  CHECK(figure(history().page(ReportKind::kActivity, {"dr.lee", "", ""}), "events") == "10");
}

TEST_CASE("access tells who saw what") {
  const Page page = history().page(ReportKind::kAccess, {"nurse.kim", "", ""});
  CHECK(column(page.tables.back(), 3) == Words{"message.fetch", "message.deliver", "message.read",
                                               "message.deliver", "message.fetch", "message.fetch",
                                               "register.read"});
  CHECK(column(page.tables.back(), 4) == Words{"m1", "m1", "m1", "m5", "m6", "m7", "people"});
}

TEST_CASE("failures are what was refused and what failed") {
  const Page page = history().page(ReportKind::kFailures, {});
  CHECK(column(page.tables.back(), 3) == Words{"access.refused", "mfa.fail"});
}

TEST_CASE("disclosures to a contact are its messages, and exports of them") {
  const Page page = history().page(ReportKind::kDisclosures, {"", kJane, ""});
  CHECK(column(page.tables.back(), 1) ==
        Words{"message.send", "message.claim-by-link", "message.export"});
  CHECK(column(page.tables.back(), 3) == Words{"m2", "m2", "m2"});
  CHECK(figure(page, "messages sent") == "1");
}

TEST_CASE("disclosures to all contacts stand one behind the other, each with what was its own") {
  const std::string ann = "c-ffffffffffffffffffffffffffffffff";
  History past = history();
  past.add("message.send", kKim, "m8", {ann}).purpose = "billing";
  past.add("message.send", kLee, "m9", {kJane}).purpose = "billing";
  past.add("consent.decision", kKim, "", {ann}).outcome = audit::Outcome::kRefused;
  past.add("message.opened-by-link", "mercy.example/relay", "m8", {ann});
  past.add("message.export", kLee, "", {"m8", "m1"});
  ReportSubject all;
  all.contacts = {{kJane, "jane-doe"}};
  const Page page = past.page(ReportKind::kDisclosures, all);
  CHECK(figure(page, "contacts") == "2");
  CHECK(figure(page, "messages sent") == "3");
  CHECK(column(page.tables.front(), 0) == Words{kJane, ann});
  CHECK(column(page.tables.front(), 1) == Words{"jane-doe", ""});
  CHECK(column(page.tables.front(), 2) == Words{"2", "1"});
  const Table& list = page.tables.back();
  CHECK(list.columns.size() == list.rows.front().size());
  CHECK(column(list, 0) == Words{kJane, kJane, kJane, kJane, ann, ann, ann, ann});
  CHECK(column(list, 5) == Words{"m2", "m2", "m2", "m9", "m8", "", "m8", "m8"});
  // By one member: what it sent, and what became of that.
  all.member = "nurse.kim";
  CHECK(column(past.page(ReportKind::kDisclosures, all).tables.back(), 5) ==
        Words{"m8", "", "m8", "m8"});
  all.member = "";
  all.device = kLee;
  CHECK(column(past.page(ReportKind::kDisclosures, all).tables.back(), 5) ==
        Words{"m2", "m2", "m2", "m9"});
}

TEST_CASE("a report of all contacts has an end, and says so") {
  const auto report = audit_report(ReportKind::kDisclosures, {});
  Event event;
  event.event = "consent.decision";
  event.actor = kLee;
  event.objects = {kJane};
  for (std::uint64_t i = 1; i < kMaxRows; ++i) report->take({i, event});
  CHECK_FALSE(report->full());
  report->take({kMaxRows, event});
  CHECK(report->full());
}

TEST_CASE("a device alone is reported as its member is") {
  ReportSubject device;
  device.device = kLee;
  CHECK(figure(history().page(ReportKind::kActivity, device), "events") == "10");
  CHECK(column(history().page(ReportKind::kAccess, device).tables.back(), 3) ==
        Words{"message.export", "message.export"});
  device.device = kKim;
  CHECK(column(history().page(ReportKind::kFailures, device).tables.back(), 3) ==
        Words{"access.refused", "mfa.fail"});
}

TEST_CASE("exposure is what a device has or would be given, and not what it has no more") {
  const Page page = history().page(ReportKind::kExposure, {"", "", kKim});
  // What it was given it may have, also when it never said so and the message went later.
  CHECK(column(page.tables.back(), 0) == Words{"m1", "m3", "m6", "m7"});
  CHECK(column(page.tables.back(), 7) == Words{"stored", "waiting", "fetched", "fetched"});
  CHECK(figure(page, "could open") == "4");
  CHECK(figure(page, "destroyed") == "1");
  CHECK(figure(page, "gone") == "1");
  CHECK(column(page.tables.front(), 0) == Words{"people"});
  const Page sender = history().page(ReportKind::kExposure, {"", "", kLee});
  CHECK(column(sender.tables.back(), 0) == Words{"m1", "m2", "m3", "m4", "m5", "m6", "m7"});
}

TEST_CASE("a device that was wiped and revoked is told so") {
  History past = history();
  past.add("device.revoke", kLee, "", {kKim});
  past.add("device.wiped", kKim, "", {kKim});
  const Page page = past.page(ReportKind::kExposure, {"", "", kKim});
  CHECK(figure(page, "revoked") != "no");
  CHECK(figure(page, "wiped") != "no");
}

TEST_CASE("nothing from outside breaks out of a page") {
  Page page{"access", "Access", "a <b> & 'c'", {{"x", "<script>alert(1)</script>"}}, {}, {}, {}};
  page.charts.push_back({"Chart", {{"\"><img src=x>", 3}, {"none", 0}}});
  page.tables.push_back({"Table", {"a", "b"}, {{"=1+1", "<i>\x1b[31m"}}});
  page.notes = {"</p><script>"};
  const std::string html = to_html(page);
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("<img") == std::string::npos);
  CHECK(html.find("<i>") == std::string::npos);
  CHECK(html.find('\x1b') == std::string::npos);
  CHECK(html.find("http-equiv=\"Content-Security-Policy\"") != std::string::npos);
  for (const char* outside : {"http:", "https:", "@import", "url("}) {
    CHECK(html.find(outside) == std::string::npos);
  }
  CHECK(to_csv(page) == "a,b\r\n'=1+1,<i>\x1b[31m\r\n");
  CHECK(to_text(page).find('\x1b') == std::string::npos);
  const auto json = text::parse_json(text::to_line(to_json(page))).value();
  CHECK(json["tables"][0]["rows"][0]["a"] == "=1+1");
}

}  // namespace sealpost::report
