// Comma-separated values (RFC 4180), read within bounds and written. One thread each.
//
// The first row names the columns. A byte order mark is skipped, lines end with LF or CR LF, empty
// lines do not count. A row that is out of form is reported by its line and reason, and the next
// line is tried as a row again, so that one slip costs one row. Spaces belong to their field.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.hpp"

namespace sealpost::text {

inline constexpr std::size_t kMaxCsvField = 64 << 10;  // bytes
inline constexpr std::size_t kMaxCsvRow = 256 << 10;   // bytes, with quotes and commas
inline constexpr std::size_t kMaxCsvColumns = 256;

struct CsvRow {
  std::uint64_t line = 0;           // where it begins, from 1
  std::vector<std::string> fields;  // one for each column; UTF-8 without NUL; none in a bad row
  std::string problem;              // why it is bad, a sentence without full stop; empty when good
};

class CsvReader {
 public:
  // Reads the first row. Borrows the source, whose errors pass through. kMalformed when there is no
  // such row, or a name in it is empty, not plain text or there twice.
  static base::Result<CsvReader> open(base::ByteSource& source);
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;
  ~CsvReader();

  const std::vector<std::string>& columns() const { return columns_; }
  bool has(std::string_view column) const;
  // Of a good row; empty when there is no such column.
  std::string_view field(const CsvRow& row, std::string_view column) const;
  // The next row, good or bad; nothing at the end. Fails as the source does.
  base::Result<std::optional<CsvRow>> next();

 private:
  struct Rows;
  explicit CsvReader(std::unique_ptr<Rows> rows);
  std::unique_ptr<Rows> rows_;
  std::vector<std::string> columns_;
};

// One row with its CR LF. Fields are quoted where they must be, and where they begin with one of
// = + - @ or a tab. No character is added before those: a program that reads the file back gets
// what was written. Who writes for people with spreadsheets marks what would be a formula before.
std::string csv_row(std::span<const std::string> fields);

}  // namespace sealpost::text
