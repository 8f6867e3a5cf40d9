#include "report/events.hpp"

#include <array>

#include "report/rows.hpp"
#include "text/time.hpp"

namespace sealpost::report {
namespace {

using base::Result;

struct Named {
  std::string_view name;
  EventFormat format;
};
constexpr std::array kFormats{
    Named{"jsonl", EventFormat::kJsonLines}, Named{"csv", EventFormat::kCsv},
    Named{"fhir", EventFormat::kFhir},       Named{"cef", EventFormat::kCef},
    Named{"ocsf", EventFormat::kOcsf},       Named{"syslog", EventFormat::kSyslog},
};

constexpr std::array kColumns{
    Column{"index", Kind::kNumber},
    Column{"at"},
    Column{"event"},
    Column{"actor"},
    Column{"device"},
    Column{"message"},
    Column{"objects", Kind::kList},
    Column{"purpose"},
    Column{"outcome"},
    Column{"address"},
    Column{"details"},
    Column{"request"},
};

std::string user_of(std::string_view actor) {
  const auto parts = base::split(actor, '/');
  return std::string(parts.size() > 1 ? parts[1] : parts.front());
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += between;
    out += word;
  }
  return out;
}

Row row_of(const IndexedEvent& logged) {
  const audit::Event& event = logged.event;
  std::vector<std::string> details;
  for (const auto& [name, value] : event.details) details.push_back(name + "=" + value);
  return {{"index", std::to_string(logged.index)},
          {"at", text::format_time(event.at)},
          {"event", event.event},
          {"actor", user_of(event.actor)},
          {"device", event.actor},
          {"message", event.message},
          {"objects", joined(event.objects, ";")},
          {"purpose", event.purpose},
          {"outcome", std::string(audit::outcome_name(event.outcome))},
          {"address", event.address},
          {"details", joined(details, ";")},
          {"request", event.request}};
}

class CsvWriter final : public EventWriter {
 public:
  explicit CsvWriter(base::ByteSink& sink) : sink_(sink) {}
  Result<void> write(const IndexedEvent& logged) override {
    TRY(finish());
    return report::write(sink_, csv_row_of(row_of(logged), kColumns));
  }
  // The names of the columns stand there even when nothing follows.
  Result<void> finish() override {
    if (has_begun_) return {};
    has_begun_ = true;
    return report::write(sink_, header_row(kColumns));
  }

 private:
  base::ByteSink& sink_;
  bool has_begun_ = false;
};

class LineWriter final : public EventWriter {
 public:
  using Line = std::string (*)(const IndexedEvent&, const EventSource&);
  LineWriter(base::ByteSink& sink, EventSource source, Line line)
      : sink_(sink), source_(std::move(source)), line_(line) {}
  Result<void> write(const IndexedEvent& logged) override {
    return report::write(sink_, line_(logged, source_) + "\n");
  }
  Result<void> finish() override { return {}; }

 private:
  base::ByteSink& sink_;
  EventSource source_;
  Line line_;
};

// A Bundle of type collection. It has no time of its own, so that the same events are the same
// file.
class BundleWriter final : public EventWriter {
 public:
  BundleWriter(base::ByteSink& sink, EventSource source)
      : sink_(sink), source_(std::move(source)) {}
  Result<void> write(const IndexedEvent& logged) override {
    std::string text = is_empty_ ? std::string(kHead) + ",\"entry\":[\n" : ",\n";
    is_empty_ = false;
    text += "{\"fullUrl\":\"urn:sealpost:event:" + source_.log + ":" +
            std::to_string(logged.index) + "\",\"resource\":";
    return report::write(sink_, text + text::to_line(fhir_event(logged, source_)) + "}");
  }
  // An empty array is none in FHIR.
  Result<void> finish() override {
    return report::write(sink_, is_empty_ ? std::string(kHead) + "}\n" : "\n]}\n");
  }

 private:
  static constexpr std::string_view kHead = R"({"resourceType":"Bundle","type":"collection")";
  base::ByteSink& sink_;
  EventSource source_;
  bool is_empty_ = true;
};

std::string json_line(const IndexedEvent& logged, const EventSource&) {
  return text::to_line(event_document(logged));
}
std::string ocsf_line(const IndexedEvent& logged, const EventSource& source) {
  return text::to_line(ocsf_event(logged, source));
}

}  // namespace

std::optional<EventFormat> event_format_from_name(std::string_view name) {
  for (const Named& known : kFormats) {
    if (known.name == name) return known.format;
  }
  return std::nullopt;
}

std::string_view event_format_names() { return "jsonl, csv, fhir, cef, ocsf or syslog"; }

void add_event(text::OrderedJson& document, const IndexedEvent& logged) {
  const audit::Event& event = logged.event;
  text::OrderedJson details = text::OrderedJson::object();
  for (const auto& [key, value] : event.details) details[key] = value;
  document["index"] = logged.index;
  document["at"] = text::format_time(event.at);
  document["event"] = event.event;
  document["actor"] = user_of(event.actor);
  document["device"] = event.actor;
  document["message"] = event.message;
  document["objects"] = event.objects;
  document["purpose"] = event.purpose;
  document["outcome"] = audit::outcome_name(event.outcome);
  document["address"] = event.address;
  document["details"] = std::move(details);
  document["request"] = event.request;
}

text::OrderedJson event_document(const IndexedEvent& logged) {
  text::OrderedJson document{{"type", "audit-event"}};
  add_event(document, logged);
  return document;
}

std::unique_ptr<EventWriter> event_writer(EventFormat format, base::ByteSink& sink,
                                          EventSource source) {
  switch (format) {
    case EventFormat::kCsv:
      return std::make_unique<CsvWriter>(sink);
    case EventFormat::kFhir:
      return std::make_unique<BundleWriter>(sink, std::move(source));
    case EventFormat::kCef:
      return std::make_unique<LineWriter>(sink, std::move(source), cef_event);
    case EventFormat::kOcsf:
      return std::make_unique<LineWriter>(sink, std::move(source), ocsf_line);
    case EventFormat::kSyslog:
      return std::make_unique<LineWriter>(sink, std::move(source), syslog_event);
    case EventFormat::kJsonLines:
      break;
  }
  return std::make_unique<LineWriter>(sink, std::move(source), json_line);
}

}  // namespace sealpost::report
