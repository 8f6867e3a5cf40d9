// Events as files for other programs, held against the rules of each format, which are written here
// from the standards and not from the code that writes them.
#include "report/events.hpp"

#include <doctest/doctest.h>

#include <map>
#include <regex>
#include <set>

#include "base/encoding.hpp"
#include "support/fakes.hpp"
#include "text/csv.hpp"
#include "text/json.hpp"

namespace sealpost::report {
namespace {

using audit::Event;
using text::Json;

const EventSource kSource{"mercy.example", "mercy.example/relay", "1.2.3"};

Event event_named(std::string_view name) {
  Event event;
  event.at = testing::FakeClock().now();
  event.event = name;
  event.actor = "mercy.example/dr.lee/laptop";
  event.message = "0193aaaa-0000-7000-8000-000000000001";
  event.objects = {"mercy.example/nurse.kim/phone", "0123456789abcdef"};
  event.purpose = "test-results";
  event.address = "192.0.2.7";
  event.details = {{"sha256", std::string(64, 'a')}, {"statement", std::string(64, 'b')}};
  event.request = std::string(64, 'c');
  return event;
}

// With everything that a format could stumble over.
Event nasty() {
  Event event = event_named("access.refused");
  event.outcome = audit::Outcome::kRefused;
  event.objects = {R"(a|b=c\d"e]f)", "=HYPERLINK(1)", "ü"};
  event.details = {{"route", R"(GET /a|b\c=d "x"])"}};
  event.address = "2001:db8::1";
  return event;
}

Event relays_own() {
  Event event;
  event.at = testing::FakeClock().now();
  event.event = "service.start";
  event.actor = kSource.log;
  return event;
}

std::vector<Event> samples() {
  std::vector<Event> out{nasty(), relays_own()};
  for (const audit::Word& word : audit::vocabulary()) out.push_back(event_named(word.event));
  out.push_back(event_named("message.teleport"));  // of a later vocabulary
  return out;
}

std::string file_of(EventFormat format, const std::vector<Event>& events) {
  base::MemorySink sink;
  const auto writer = event_writer(format, sink, kSource);
  for (std::size_t i = 0; i < events.size(); ++i)
    REQUIRE(writer->write({i, events[i]}).has_value());
  REQUIRE(writer->finish().has_value());
  return std::string(base::as_text(sink.bytes()));
}

std::vector<std::string> lines_of(const std::string& file) {
  std::vector<std::string> out;
  for (const std::string_view line : base::split(file, '\n')) out.emplace_back(line);
  REQUIRE(out.back().empty());
  out.pop_back();
  return out;
}

bool is_coding(const Json& value) {
  return value.is_object() && value.contains("system") && value.contains("code") &&
         value["system"].is_string() && !value["code"].get<std::string>().empty();
}

// hl7.org/fhir/R4/auditevent.html: cardinalities and required value sets.
void check_audit_event(const Json& resource) {
  CAPTURE(resource.dump());
  CHECK(resource.at("resourceType") == "AuditEvent");
  CHECK(std::regex_match(resource.at("id").get<std::string>(), std::regex("[A-Za-z0-9.-]{1,64}")));
  CHECK(is_coding(resource.at("type")));
  for (const Json& subtype : resource.at("subtype")) CHECK(is_coding(subtype));
  CHECK(std::regex_match(resource.at("action").get<std::string>(), std::regex("[CRUDE]")));
  CHECK(std::regex_match(resource.at("recorded").get<std::string>(),
                         std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")));
  CHECK(std::regex_match(resource.at("outcome").get<std::string>(), std::regex("0|4|8|12")));
  REQUIRE(!resource.at("agent").empty());
  for (const Json& agent : resource.at("agent")) {
    CHECK(agent.at("requestor").is_boolean());
    if (agent.contains("network")) {
      CHECK(agent.at("network").at("type") == "2");
      CHECK(!agent.at("network").at("address").get<std::string>().empty());
    }
  }
  CHECK(resource.at("source").at("observer").is_object());
  for (const Json& type : resource.at("source").at("type")) CHECK(is_coding(type));
  for (const Json& entity : resource.at("entity")) {
    CHECK(!(entity.contains("name") && entity.contains("query")));  // sev-1
    if (entity.contains("type")) CHECK(is_coding(entity.at("type")));
    if (!entity.contains("detail")) continue;
    for (const Json& detail : entity.at("detail")) {
      CHECK(detail.at("type").is_string());
      CHECK(!detail.at("valueString").get<std::string>().empty());
    }
  }
  // Nothing that AuditEvent does not have, and no empty value (ele-1).
  const std::set<std::string> known{"resourceType", "id",       "type",    "subtype",
                                    "action",       "recorded", "outcome", "purposeOfEvent",
                                    "agent",        "source",   "entity"};
  for (const auto& item : resource.items()) {
    CHECK(known.contains(item.key()));
    CHECK_FALSE(item.value().empty());
  }
}

// Splits at `at`, except behind a backslash.
std::vector<std::string> split_escaped(const std::string& text, char at, std::size_t limit) {
  std::vector<std::string> out(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && out.size() < limit) {
      out.back() += text[i];
      out.back() += text.at(++i);
    } else if (text[i] == at && out.size() < limit) {
      out.emplace_back();
    } else {
      out.back() += text[i];
    }
  }
  return out;
}

// key=value pairs with spaces between them: an equals sign stands behind a key or a backslash.
void check_extension(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
      REQUIRE(i < text.size());
      CHECK(std::string_view("=\\nr").find(text[i]) != std::string_view::npos);
      continue;
    }
    if (text[i] != '=') continue;
    std::size_t key = i;
    while (key > 0 && std::isalnum(static_cast<unsigned char>(text[key - 1])) != 0) --key;
    CHECK(key < i);
    CHECK((key == 0 || text[key - 1] == ' '));
  }
}

struct Syslog {
  std::string priority, time, host, app, process, id, element, message;
  std::multimap<std::string, std::string> parameters;
};

// RFC 5424 section 6, ABNF.
Syslog parse_syslog(const std::string& line) {
  CAPTURE(line);
  std::smatch found;
  const std::regex header(
      R"(<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) (.*))");
  REQUIRE(std::regex_match(line, found, header));
  Syslog out{found[1], found[2], found[3], found[4], found[5], found[6], "", "", {}};
  const std::string rest = found[7];
  if (rest.starts_with("- ")) {
    out.message = rest.substr(2);
    return out;
  }
  REQUIRE(rest.starts_with("["));
  std::size_t at = rest.find_first_of(" ]");
  out.element = rest.substr(1, at - 1);
  while (rest.at(at) == ' ') {
    const std::size_t equals = rest.find("=\"", at);
    const std::string name = rest.substr(at + 1, equals - at - 1);
    CHECK(std::regex_match(name, std::regex(R"([!#-<>-\\^-~]{1,32})")));
    std::string value;
    for (at = equals + 2; rest.at(at) != '"'; ++at) {
      CHECK(rest.at(at) != ']');
      if (rest.at(at) == '\\') ++at;
      value += rest.at(at);
    }
    ++at;
    out.parameters.emplace(name, value);
  }
  REQUIRE(rest.substr(at, 2) == "] ");
  out.message = rest.substr(at + 2);
  return out;
}

}  // namespace

TEST_CASE("JSON Lines are what `audit query --json` prints") {
  const auto lines = lines_of(file_of(EventFormat::kJsonLines, samples()));
  CHECK(lines.size() == samples().size());
  const Json first = text::parse_json(lines.front()).value();
  CHECK(first["type"] == "audit-event");
  CHECK(first["index"] == 0);
  CHECK(first["objects"][1] == "=HYPERLINK(1)");
  CHECK(first["details"]["route"] == R"(GET /a|b\c=d "x"])");
  CHECK(text::parse_json(lines[1]).value()["actor"] == "relay");
}

TEST_CASE("CSV can be read back, and no cell of it is a formula") {
  Event event = nasty();
  event.objects = {"=HYPERLINK(1)"};
  event.purpose = "@SUM(1)";
  const std::string file = file_of(EventFormat::kCsv, {event});
  base::MemorySource source(base::as_bytes(file));
  auto reader = text::CsvReader::open(source).value();
  const auto row = reader.next().value().value();
  CHECK(row.problem.empty());
  CHECK(reader.field(row, "objects") == "'=HYPERLINK(1)");
  CHECK(reader.field(row, "purpose") == "'@SUM(1)");
  CHECK(reader.field(row, "outcome") == "refused");
  CHECK(reader.field(row, "details") == R"(route=GET /a|b\c=d "x"])");
  CHECK(lines_of(file_of(EventFormat::kCsv, {})).size() ==
        1);  // the names stand there all the same
}

TEST_CASE("a FHIR Bundle of AuditEvents keeps to the rules of R4") {
  const Json bundle = text::parse_json(file_of(EventFormat::kFhir, samples())).value();
  CHECK(bundle.at("resourceType") == "Bundle");
  CHECK(bundle.at("type") == "collection");
  std::set<std::string> urls;
  for (const Json& entry : bundle.at("entry")) {
    CHECK(urls.insert(entry.at("fullUrl").get<std::string>()).second);  // bdl-7
    check_audit_event(entry.at("resource"));
  }
  CHECK(urls.size() == samples().size());
  const Json none = text::parse_json(file_of(EventFormat::kFhir, {})).value();
  CHECK_FALSE(none.contains("entry"));  // an empty array is no FHIR
}

TEST_CASE("FHIR says who, what, why, from where and with what outcome") {
  const auto resource_of = [](const Event& event) {
    return text::parse_json(text::to_line(fhir_event({4711, event}, kSource))).value();
  };
  const Json refused = resource_of(nasty());
  CHECK(refused["outcome"] == "4");
  CHECK(refused["type"]["code"] == "110113");
  CHECK(refused["subtype"][1]["code"] == "access.refused");
  CHECK(refused["purposeOfEvent"][0]["coding"][0]["code"] == "test-results");
  CHECK(refused["agent"][0]["who"]["identifier"]["value"] == "mercy.example/dr.lee/laptop");
  CHECK(refused["agent"][0]["requestor"] == true);
  CHECK(refused["agent"][0]["network"]["address"] == "2001:db8::1");
  CHECK(refused["entity"][0]["what"]["identifier"]["value"] == "4711");
  CHECK(refused["source"]["observer"]["identifier"]["value"] == "mercy.example/relay");
  Event failed = event_named("mfa.fail");
  failed.outcome = audit::Outcome::kFailed;
  CHECK(resource_of(failed)["outcome"] == "8");
  const Json own = resource_of(relays_own());
  CHECK(own["agent"][0]["requestor"] == false);
  CHECK_FALSE(own["agent"][0].contains("network"));
}

TEST_CASE("CEF has seven fields and an extension, and nothing breaks out of either") {
  const auto lines = lines_of(file_of(EventFormat::kCef, samples()));
  CHECK(lines.size() == samples().size());
  for (const std::string& line : lines) {
    CAPTURE(line);
    const auto fields = split_escaped(line, '|', 8);
    REQUIRE(fields.size() == 8);
    CHECK(fields[0] == "CEF:0");
    CHECK(fields[3] == "1.2.3");
    CHECK(std::regex_match(fields[6], std::regex("[0-9]|10")));
    check_extension(fields[7]);
  }
  CHECK(lines.front().find(R"(cs2=a|b\=c\\d"e]f \=HYPERLINK(1) ü)") != std::string::npos);
  CHECK(lines.front().find("c6a2=2001:db8::1") != std::string::npos);
  CHECK(lines[2].find("src=192.0.2.7") != std::string::npos);
}

TEST_CASE("OCSF numbers follow from each other, and each class has what it requires") {
  for (const std::string& line : lines_of(file_of(EventFormat::kOcsf, samples()))) {
    CAPTURE(line);
    const Json event = text::parse_json(line).value();
    const int group = event.at("class_uid").get<int>();
    const int activity = event.at("activity_id").get<int>();
    CHECK(event.at("type_uid") == group * 100 + activity);
    CHECK(event.at("category_uid") == group / 1000);
    CHECK(event.at("severity_id").get<int>() >= 1);
    CHECK(event.at("severity_id").get<int>() <= 4);
    CHECK(event.at("time").is_number_unsigned());
    CHECK((event.at("status_id") == 1 || event.at("status_id") == 2));
    CHECK(event.at("metadata").at("version").is_string());
    CHECK(event.at("metadata").at("product").at("vendor_name").is_string());
    CHECK(event.at("actor").at("user").at("name").is_string());
    CHECK(event.at("src_endpoint").is_object());
    if (group == 6003) CHECK(event.at("api").at("operation").is_string());
    if (group == 6002) CHECK(event.at("app").at("name").is_string());
    if (group == 3001 || group == 3002) CHECK(event.at("user").at("name").is_string());
    if (activity == 99) CHECK(event.at("activity_name").is_string());
  }
}

TEST_CASE("RFC 5424 lines keep to its grammar, and give back what went in") {
  const std::vector<Event> events = samples();
  const auto lines = lines_of(file_of(EventFormat::kSyslog, events));
  REQUIRE(lines.size() == events.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Syslog said = parse_syslog(lines[i]);
    CHECK(said.priority == "85");
    CHECK(said.host == "mercy.example");
    CHECK(said.app == "sealpost");
    CHECK(said.id == events[i].event);
    CHECK(std::regex_match(said.element, std::regex(R"([a-z]+@\d+)")));
    CHECK(said.parameters.find("index")->second == std::to_string(i));
    CHECK(said.parameters.count("object") == events[i].objects.size());
    for (const auto& [name, value] : events[i].details) {
      CHECK(said.parameters.find("detail." + name)->second == value);
    }
  }
  CHECK(parse_syslog(lines[0]).parameters.find("object")->second == events[0].objects[0]);
}

TEST_CASE("CEF in RFC 5424 has no structured data") {
  const Event event = nasty();
  const Syslog said = parse_syslog(syslog_cef_event({1, event}, kSource));
  CHECK(
      said.message.starts_with("\xEF\xBB\xBF"
                               "CEF:0|"));  // not all ASCII
  const Event plain = event_named("message.send");
  CHECK(parse_syslog(syslog_cef_event({1, plain}, kSource)).message.starts_with("CEF:0|"));
}

TEST_CASE("formats go by their names") {
  for (const char* name : {"jsonl", "csv", "fhir", "cef", "ocsf", "syslog"}) {
    CHECK(event_format_from_name(name).has_value());
    CHECK(event_format_names().find(name) != std::string_view::npos);
  }
  CHECK_FALSE(event_format_from_name("xml").has_value());
}

}  // namespace sealpost::report
