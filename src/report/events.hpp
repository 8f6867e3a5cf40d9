// Events of the audit log as files that other programs read: JSON Lines, CSV, FHIR R4 AuditEvent,
// CEF, OCSF and RFC 5424. sealpost-audit(1), FORMATS. Written one after the other, in bounded
// memory. One thread each.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "audit/event.hpp"
#include "base/stream.hpp"
#include "text/ordered_json.hpp"

namespace sealpost::report {

enum class EventFormat { kJsonLines, kCsv, kFhir, kCef, kOcsf, kSyslog };
std::optional<EventFormat> event_format_from_name(std::string_view name);
std::string_view event_format_names();  // for people: "jsonl, csv, fhir, cef, ocsf or syslog"

// Whose log it is.
struct EventSource {
  std::string organisation;  // "mercy.example"
  std::string log;           // origin: "mercy.example/relay"
  std::string version;       // of this program
};

struct IndexedEvent {
  std::uint64_t index = 0;
  const audit::Event& event;  // borrowed
};

// The members of {"type":"audit-event",...}, sealpost-json(5), behind those that are there.
void add_event(text::OrderedJson& document, const IndexedEvent& logged);
// The whole of it.
text::OrderedJson event_document(const IndexedEvent& logged);
text::OrderedJson fhir_event(const IndexedEvent& logged, const EventSource& source);
text::OrderedJson ocsf_event(const IndexedEvent& logged, const EventSource& source);
// Without a line end.
std::string cef_event(const IndexedEvent& logged, const EventSource& source);
std::string syslog_event(const IndexedEvent& logged, const EventSource& source);
// RFC 5424 with the CEF line as its message, as collectors expect it.
std::string syslog_cef_event(const IndexedEvent& logged, const EventSource& source);

class EventWriter {
 public:
  virtual ~EventWriter() = default;
  virtual base::Result<void> write(const IndexedEvent& logged) = 0;
  // What stands at the end of the file. Call it once, when all is written.
  virtual base::Result<void> finish() = 0;
};
// Borrows the sink, whose errors pass through.
std::unique_ptr<EventWriter> event_writer(EventFormat format, base::ByteSink& sink,
                                          EventSource source);

}  // namespace sealpost::report
