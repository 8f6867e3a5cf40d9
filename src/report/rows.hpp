// CSV and JSON Lines as the same thing: rows of named texts. Internal to report; one thread each.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "report/consents.hpp"

namespace sealpost::report {

enum class Kind { kText, kList, kTruth, kNumber };
struct Column {
  std::string_view name;
  Kind kind = Kind::kText;
};
using Columns = std::span<const Column>;

// In CSV a text that a spreadsheet would take for a formula has an apostrophe in front, which is
// taken off again in reading: sealpost-consent(1), FORMATS.

// Column -> text, without empty ones. Lists are words with a semicolon between them, truth is
// "true" or "false".
using Row = std::map<std::string, std::string, std::less<>>;
std::string_view at(const Row& row, std::string_view column);

std::string header_row(Columns columns);  // CSV
std::string csv_row_of(const Row& row, Columns columns);
std::string json_line_of(const Row& row, Columns columns, std::string_view type);

// Rows of known columns, of which the `required` must be there. In JSON Lines a member "type" is
// allowed, and is a column of no list.
base::Result<void> read_rows(Format format, base::ByteSource& source, Columns columns,
                             std::span<const std::string_view> required, const Take<Row>& take);

base::Result<void> write(base::ByteSink& sink, std::string_view text);

}  // namespace sealpost::report
