// Events as one line each: OCSF 1.3 (schema.ocsf.io), CEF 0 as ArcSight's implementation standard
// has it, and RFC 5424.
#include <algorithm>

#include "report/event_classes.hpp"
#include "report/events.hpp"
#include "text/time.hpp"

namespace sealpost::report {
namespace {

using text::OrderedJson;

// authpriv (10) and notice (5): what IHE's ATNA asks of audit messages.
constexpr std::string_view kPriority = "<85>";
// The enterprise number that RFC 5612 sets aside for those who have none.
constexpr std::string_view kElement = "sealpost@32473";
constexpr std::size_t kMaxMsgId = 32;   // RFC 5424 6.2.7
constexpr std::size_t kMaxHost = 255;   // 6.2.4
constexpr std::size_t kMaxSdName = 32;  // 6.3.2
constexpr std::string_view kBom = "\xEF\xBB\xBF";

std::string user_of(std::string_view actor) {
  const auto parts = base::split(actor, '/');
  return std::string(parts.size() > 1 ? parts[1] : parts.front());
}

int severity_of(const audit::Event& event, const EventClass& known) {
  const bool went_well = event.outcome == audit::Outcome::kSuccess;
  return went_well ? known.severity : std::max(known.severity, 5);
}

// OCSF: 1 informational, 2 low, 3 medium, 4 high.
int ocsf_severity(int cef) { return 1 + std::min(3, cef <= 2 ? 0 : (cef - 1) / 2); }

std::uint64_t millis(base::Time at) {
  return static_cast<std::uint64_t>(at.time_since_epoch().count());
}

std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      out += c == '\n' ? "\\n" : "\\r";
      continue;
    }
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string cef_header(std::string_view text) { return escaped(text, "|\\"); }
std::string cef_value(std::string_view text) { return escaped(text, "=\\"); }

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string details_of(const audit::Event& event) {
  std::string out;
  for (const auto& [name, value] : event.details) {
    out += (out.empty() ? "" : " ") + name + ":" + value;
  }
  return out;
}

std::string cef_extension(const IndexedEvent& logged, const EventSource& source) {
  const audit::Event& event = logged.event;
  std::string out;
  const auto add = [&out](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out += (out.empty() ? "" : " ") + std::string(key) + "=" + cef_value(value);
  };
  const auto labelled = [&add](std::string_view key, std::string_view label,
                               std::string_view value) {
    if (value.empty()) return;
    add(std::string(key) + "Label", label);
    add(key, value);
  };
  add("rt", std::to_string(millis(event.at)));
  add("externalId", std::to_string(logged.index));
  add("dvchost", source.organisation);
  add("suser", user_of(event.actor));
  add("suid", event.actor);
  const bool six = event.address.find(':') != std::string::npos;
  if (six) labelled("c6a2", "Source IPv6 Address", event.address);
  if (!six) add("src", event.address);
  add("outcome", audit::outcome_name(event.outcome));
  labelled("cs1", "message", event.message);
  labelled("cs2", "objects", joined(event.objects));
  labelled("cs3", "purpose", event.purpose);
  labelled("cs4", "details", details_of(event));
  labelled("cs5", "request", event.request);
  return out;
}

// PARAM-VALUE of RFC 5424 6.3.3: quotes, backslashes and closing brackets are escaped.
std::string sd_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == ']') out += '\\';
    out += c;
  }
  return out;
}

std::string structured_data(const IndexedEvent& logged) {
  const audit::Event& event = logged.event;
  std::string out = "[" + std::string(kElement);
  const auto add = [&out](std::string name, std::string_view value) {
    name.resize(std::min(name.size(), kMaxSdName));
    if (!value.empty()) out += " " + name + "=\"" + sd_value(value) + "\"";
  };
  add("index", std::to_string(logged.index));
  add("event", event.event);
  add("actor", event.actor);
  add("outcome", audit::outcome_name(event.outcome));
  add("message", event.message);
  for (const std::string& object : event.objects) add("object", object);
  add("purpose", event.purpose);
  add("address", event.address);
  for (const auto& [name, value] : event.details) add("detail." + name, value);
  add("request", event.request);
  return out + "]";
}

std::string syslog_header(const IndexedEvent& logged, const EventSource& source) {
  return std::string(kPriority) + "1 " + text::format_time(logged.event.at) + " " +
         source.organisation.substr(0, kMaxHost) + " sealpost - " +
         logged.event.event.substr(0, kMaxMsgId) + " ";
}

// MSG-UTF8 begins with a byte order mark; what is ASCII needs none.
std::string message_of(std::string text) {
  const bool ascii = std::all_of(text.begin(), text.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return ascii ? text : std::string(kBom) + text;
}

// Of each class what its schema asks for besides.
void add_required(OrderedJson& out, const EventClass& known, const audit::Event& event,
                  const EventSource& source) {
  const std::uint32_t group = known.ocsf / 100;
  if (group == 6003) out["api"] = OrderedJson{{"operation", event.event}};
  if (group == 6002) {
    out["app"] =
        OrderedJson{{"name", "sealpost"}, {"vendor_name", "sealpost"}, {"version", source.version}};
  }
  if (group == 3001) {
    const std::string& whom = event.objects.empty() ? event.actor : event.objects.front();
    out["user"] = OrderedJson{{"name", whom}};
  }
  if (group == 3002) out["user"] = OrderedJson{{"name", user_of(event.actor)}};
}

OrderedJson unmapped_of(const audit::Event& event) {
  OrderedJson out{{"objects", event.objects}};
  const auto add = [&out](const std::string& name, const std::string& value) {
    if (!value.empty()) out[name] = value;
  };
  add("message", event.message);
  add("purpose", event.purpose);
  add("request", event.request);
  for (const auto& [name, value] : event.details) add("detail." + name, value);
  return out;
}

}  // namespace

OrderedJson ocsf_event(const IndexedEvent& logged, const EventSource& source) {
  const audit::Event& event = logged.event;
  const EventClass known = class_of(event.event);
  const std::uint32_t group = known.ocsf / 100;
  const bool went_well = event.outcome == audit::Outcome::kSuccess;
  const std::string& from = event.address.empty() ? source.log : event.address;
  OrderedJson out{{"class_uid", group},
                  {"category_uid", group / 1000},
                  {"activity_id", known.ocsf % 100},
                  {"type_uid", known.ocsf},
                  {"severity_id", ocsf_severity(severity_of(event, known))},
                  {"time", millis(event.at)},
                  {"status_id", went_well ? 1 : 2},
                  {"status", went_well ? "Success" : "Failure"},
                  {"status_detail", audit::outcome_name(event.outcome)}};
  if (known.ocsf % 100 == 99) out["activity_name"] = event.event;
  out["metadata"] = OrderedJson{{"version", "1.3.0"},
                                {"uid", std::to_string(logged.index)},
                                {"event_code", event.event},
                                {"log_name", source.log},
                                {"product", OrderedJson{{"name", "sealpost"},
                                                        {"vendor_name", "sealpost"},
                                                        {"version", source.version}}}};
  out["actor"] =
      OrderedJson{{"user", OrderedJson{{"name", user_of(event.actor)}, {"uid", event.actor}}}};
  out["src_endpoint"] =
      event.address.empty() ? OrderedJson{{"name", from}} : OrderedJson{{"ip", from}};
  add_required(out, known, event, source);
  out["unmapped"] = unmapped_of(event);
  return out;
}

std::string cef_event(const IndexedEvent& logged, const EventSource& source) {
  const audit::Event& event = logged.event;
  std::string_view name = event.event;
  for (const audit::Word& word : audit::vocabulary()) {
    if (word.event == event.event) name = word.meaning;
  }
  const int severity = severity_of(event, class_of(event.event));
  return "CEF:0|sealpost|sealpost|" + cef_header(source.version) + "|" + cef_header(event.event) +
         "|" + cef_header(name) + "|" + std::to_string(severity) + "|" +
         cef_extension(logged, source);
}

std::string syslog_event(const IndexedEvent& logged, const EventSource& source) {
  const audit::Event& event = logged.event;
  const std::string said =
      event.event + " " + std::string(audit::outcome_name(event.outcome)) + " by " + event.actor;
  return syslog_header(logged, source) + structured_data(logged) + " " + message_of(said);
}

std::string syslog_cef_event(const IndexedEvent& logged, const EventSource& source) {
  return syslog_header(logged, source) + "- " + message_of(cef_event(logged, source));
}

}  // namespace sealpost::report
