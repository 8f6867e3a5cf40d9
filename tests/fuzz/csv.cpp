// Comma-separated values (text/csv.hpp): bounded, and what was read is what is written of it.
#include "text/csv.hpp"

#include "tests/fuzz/target.hpp"
#include "text/safety.hpp"

using namespace sealpost;

namespace {

void check_row(const text::CsvReader& reader, const text::CsvRow& row) {
  fuzz::require(row.problem.empty() == (row.fields.size() == reader.columns().size()));
  for (const std::string& field : row.fields) {
    fuzz::require(field.size() <= text::kMaxCsvField && text::is_utf8(field));
  }
  if (!row.problem.empty()) return;
  const std::string again = text::csv_row(reader.columns()) + text::csv_row(row.fields);
  base::MemorySource source(base::as_bytes(again));
  auto second = text::CsvReader::open(source);
  fuzz::require(second.has_value());
  const auto read = second->next();
  fuzz::require(read && *read && (*read)->fields == row.fields);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::MemorySource source({data, size});
  auto reader = text::CsvReader::open(source);
  if (!reader) return 0;
  std::uint64_t line = 0;
  for (auto row = reader->next(); row && *row; row = reader->next()) {
    fuzz::require((*row)->line > line);
    line = (*row)->line;
    check_row(*reader, **row);
  }
  return 0;
}
