#include "relay/log.hpp"

#include "text/ordered_json.hpp"
#include "text/time.hpp"

namespace sealpost::relay {

void Log::info(std::string_view event, const Fields& fields) const { write("info", event, fields); }

void Log::error(std::string_view event, const base::Error& error) const {
  write("error", event,
        {{"code", std::string(base::code_name(error.code))}, {"message", error.text}});
}

void Log::write(std::string_view level, std::string_view event, const Fields& fields) const {
  if (!sink_) return;
  text::OrderedJson line;
  line["at"] = text::format_time(clock_->now());
  line["level"] = level;
  line["event"] = event;
  for (const auto& field : fields) line[std::string(field.first)] = field.second;
  sink_(text::to_line(line));
}

}  // namespace sealpost::relay
