// The relay's own log: one JSON object a line, without content and without names of people outside.
// Thread-safe as far as the sink is.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/seams.hpp"
#include "relay/relay.hpp"

namespace sealpost::relay {

class Log {
 public:
  using Fields = std::vector<std::pair<std::string_view, std::string>>;
  Log(LogSink sink, base::Clock& clock) : sink_(std::move(sink)), clock_(&clock) {}
  // {"at":...,"level":"info","event":...,<fields>}
  void info(std::string_view event, const Fields& fields = {}) const;
  void error(std::string_view event, const base::Error& error) const;

 private:
  void write(std::string_view level, std::string_view event, const Fields& fields) const;
  LogSink sink_;
  base::Clock* clock_;
};

}  // namespace sealpost::relay
