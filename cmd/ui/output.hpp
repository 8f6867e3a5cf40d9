// Results on standard output, remarks on standard error. Everything passed as text may come from
// outside and is made harmless for a terminal; in JSON it stays as it is. One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/seams.hpp"
#include "cmd/globals.hpp"
#include "text/ordered_json.hpp"

namespace sealpost::ui {

using Row = std::vector<std::string>;
using Field = std::pair<std::string, std::string>;

// Borrows; the terminal and the globals must outlive it. Functions that write results fail when
// standard output does (closed, disk full).
class Output {
 public:
  Output(base::Terminal& terminal, const cmd::Globals& globals)
      : terminal_(terminal), globals_(globals) {}

  bool json() const { return globals_.json; }

  // One JSON document, or one line of NDJSON; it must have a member "type".
  base::Result<void> document(const text::OrderedJson& value);
  // One line of text.
  base::Result<void> line(std::string_view text);
  // Text of several lines, ended by a line feed if it is not.
  base::Result<void> block(std::string_view text);
  // Bytes as they are: a file, a key, a script. Nothing is made harmless.
  base::Result<void> raw(std::string_view bytes);
  // "key: value" lines with the values below each other; empty values are left out.
  base::Result<void> fields(const std::vector<Field>& fields);
  // Columns under a heading, as wide as they need to be; nothing at all when there are no rows.
  base::Result<void> table(const Row& heading, const std::vector<Row>& rows);

  // A remark on standard error that --quiet silences.
  void note(std::string_view text);
  // The same as a JSON object, where --json asks for it.
  void warn(const text::OrderedJson& value, std::string_view text);
  // A remark that nothing silences: something is not as it should be.
  void warn(std::string_view text);

 private:
  base::Terminal& terminal_;
  const cmd::Globals& globals_;
};

// A size for people: 512 B, 1.5 KiB, 64 MiB.
std::string human_size(std::uint64_t bytes);
// A span for people: 45s, 12m, 3h 5m, 6d.
std::string human_span(base::milliseconds span);
// As text/time.hpp writes it; empty for none.
std::string time_or_nothing(const std::optional<base::Time>& time);

}  // namespace sealpost::ui
