// Lists of consents as files: FHIR R4 Bundles of Consent resources, CSV, JSON Lines. Written and
// read one after the other, in bounded memory. sealpost-consent(1), FORMATS. One thread each.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/stream.hpp"
#include "report/consent.hpp"

namespace sealpost::report {

enum class Format { kCsv, kJsonLines, kFhir };
std::optional<Format> format_from_name(std::string_view name);  // "csv", "jsonl", "fhir"

class ConsentWriter {
 public:
  virtual ~ConsentWriter() = default;
  virtual base::Result<void> write(const Consent& consent) = 0;
  // What stands at the end of the file. Call it once, when all is written.
  virtual base::Result<void> finish() = 0;
};
// Borrows the sink, whose errors pass through. `organisation` and `now` are named in a Bundle.
std::unique_ptr<ConsentWriter> consent_writer(Format format, base::ByteSink& sink,
                                              std::string organisation, base::Time now);

// One that is bad: where it stands ("line 7", "entry 3") and why, a sentence without full stop.
struct Problem {
  std::string place;
  std::string reason;
};
// What is read goes to `value`, with its place, for more problems may show there; an error of it
// ends the reading.
template <typename Value>
struct Take {
  std::function<base::Result<void>(Value value, const std::string& place)> value;
  std::function<void(Problem problem)> problem;
};
// Every consent that is in form is taken, every other one is a problem, and the rest goes on.
// kMalformed when the file as a whole is none; errors of the source pass through. What was taken
// before such an error came from a file that is broken: take none of it for good.
base::Result<void> read_consents(Format format, base::ByteSource& source,
                                 const Take<Consent>& take);

}  // namespace sealpost::report
