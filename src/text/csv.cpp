#include "text/csv.hpp"

#include <csv.h>

#include <algorithm>
#include <deque>
#include <new>
#include <set>

#include "text/safety.hpp"

namespace sealpost::text {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kChunk = 64 << 10;

constexpr std::string_view kBadQuote = "a quotation mark stands where none may";
constexpr std::string_view kUnclosed = "a quotation mark is not closed";
constexpr std::string_view kLongField = "a field is longer than 64 KiB";
constexpr std::string_view kLongRow = "it is longer than 256 KiB";
constexpr std::string_view kLoneReturn =
    "a carriage return without line feed stands outside quotes";
constexpr std::string_view kNoText = "it is not UTF-8 text";

int is_no_space(unsigned char) { return 0; }  // the library would strip them

// libcsv on one row: it is fed line by line until the row is complete.
class Parser {
 public:
  Parser() {
    if (csv_init(&parser_, CSV_STRICT) != 0) throw std::bad_alloc();
    csv_set_space_func(&parser_, is_no_space);
  }
  ~Parser() { csv_free(&parser_); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // A line with its end. False when it cannot stand here.
  bool feed(std::string_view line) {
    const std::size_t taken =
        csv_parse(&parser_, line.data(), line.size(), &Parser::on_field, &Parser::on_row, this);
    if (taken == line.size()) return true;
    if (csv_error(&parser_) == CSV_ENOMEM) throw std::bad_alloc();
    return false;
  }
  int rows() const { return rows_; }
  std::vector<std::string> take() { return std::move(fields_); }

 private:
  static void on_field(void* bytes, std::size_t size, void* self) {
    static_cast<Parser*>(self)->fields_.emplace_back(static_cast<const char*>(bytes), size);
  }
  static void on_row(int, void* self) { ++static_cast<Parser*>(self)->rows_; }

  csv_parser parser_{};
  std::vector<std::string> fields_;
  int rows_ = 0;
};

// The source as lines, each with its end; the last one gets one.
class Lines {
 public:
  explicit Lines(base::ByteSource& source) : source_(&source) {}

  struct Line {
    std::string text;
    std::uint64_t number = 0;
    bool is_long = false;  // cut off: longer than any row may be
  };

  base::Result<std::optional<Line>> next() {
    if (!returned_.empty()) {
      Line line = std::move(returned_.front());
      returned_.pop_front();
      return std::optional(std::move(line));
    }
    Line line;
    for (;;) {
      TRY(const bool more, fill());
      if (!more && line.text.empty() && !line.is_long) return std::optional<Line>();
      const bool is_whole = !more || take_from_chunk(line);
      if (is_whole) return std::optional(finished(std::move(line)));
    }
  }

  // Lines that next() gives again, in this order.
  void give_back(std::deque<Line> lines) {
    returned_.insert(returned_.begin(), std::make_move_iterator(lines.begin()),
                     std::make_move_iterator(lines.end()));
  }

 private:
  // True when there is at least one byte.
  base::Result<bool> fill() {
    if (at_ < chunk_.size()) return true;
    chunk_.resize(kChunk);
    at_ = 0;
    auto count = source_->read({reinterpret_cast<std::uint8_t*>(chunk_.data()), chunk_.size()});
    chunk_.resize(count ? *count : 0);
    if (!count) return std::move(count).error();
    return !chunk_.empty();
  }

  // True when the line has ended.
  bool take_from_chunk(Line& line) {
    const std::size_t feed = chunk_.find('\n', at_);
    const std::size_t end = feed == std::string::npos ? chunk_.size() : feed + 1;
    if (line.text.size() + (end - at_) > kMaxCsvRow) {
      line.is_long = true;
      line.text.clear();
    } else if (!line.is_long) {
      line.text.append(chunk_, at_, end - at_);
    }
    at_ = end;
    return feed != std::string::npos;
  }

  Line finished(Line line) {
    line.number = ++number_;
    if (line.number == 1 && line.text.starts_with(kByteOrderMark)) {
      line.text.erase(0, kByteOrderMark.size());
    }
    if (!line.text.ends_with('\n')) line.text += '\n';
    return line;
  }

  base::ByteSource* source_;
  std::string chunk_;
  std::size_t at_ = 0;
  std::uint64_t number_ = 0;
  std::deque<Line> returned_;
};

bool is_blank(const Lines::Line& line) {
  return !line.is_long && (line.text == "\n" || line.text == "\r\n");
}

// Why the finished row is bad, apart from how many fields it has; empty when it is good.
std::string_view problem_of(const std::vector<std::string>& fields) {
  for (const std::string& field : fields) {
    if (field.size() > kMaxCsvField) return kLongField;
    if (field.find('\0') != std::string::npos || !is_utf8(field)) return kNoText;
  }
  return {};
}

base::Error malformed(std::string text, std::string hint = "") {
  return {base::Code::kMalformed, std::move(text), std::move(hint)};
}

base::Result<void> check_columns(const std::vector<std::string>& columns) {
  std::set<std::string_view> seen;
  for (const std::string& column : columns) {
    if (column.empty() || !is_plain(column)) {
      return malformed("line 1: a column has no name, or one that is not plain text");
    }
    if (!seen.insert(column).second) {
      return malformed("line 1: two columns are called \"" + column + "\"");
    }
  }
  if (columns.size() > kMaxCsvColumns) return malformed("line 1: there are more than 256 columns");
  return {};
}

bool needs_quotes(std::string_view field) {
  if (field.empty()) return false;
  const bool is_formula = std::string_view("=+-@\t").find(field.front()) != std::string_view::npos;
  return is_formula || field.front() == ' ' || field.back() == ' ' ||
         field.find_first_of(",\"\r\n") != std::string_view::npos;
}

std::string in_quotes(std::string_view field) {
  std::string out(2 * field.size() + 2, '\0');
  out.resize(csv_write(out.data(), out.size(), field.data(), field.size()));
  return out;
}

}  // namespace

struct CsvReader::Rows {
  explicit Rows(base::ByteSource& source) : lines(source) {}

  // A row of any number of fields.
  base::Result<std::optional<CsvRow>> next() {
    TRY(auto first, next_line());
    if (!first) return std::optional<CsvRow>();
    CsvRow row;
    row.line = first->number;
    Parser parser;
    std::deque<Lines::Line> used;
    std::size_t size = 0;
    for (auto line = std::optional(*std::move(first)); row.problem.empty();) {
      size += line->text.size();
      const std::string_view problem = feed(parser, *line, size);
      used.push_back(*std::move(line));
      if (problem.empty() && parser.rows() > 0) break;
      row.problem = problem;
      if (!problem.empty()) break;
      TRY(line, lines.next());
      if (!line) row.problem = kUnclosed;
    }
    return std::optional(finished(std::move(row), parser, std::move(used)));
  }

  Lines lines;

 private:
  base::Result<std::optional<Lines::Line>> next_line() {
    for (;;) {
      TRY(auto line, lines.next());
      if (!line || !is_blank(*line)) return line;
    }
  }

  // Why the row cannot go on with this line; empty when it can.
  static std::string_view feed(Parser& parser, const Lines::Line& line, std::size_t size) {
    if (line.is_long || size > kMaxCsvRow) return kLongRow;
    if (!parser.feed(line.text)) return kBadQuote;
    if (parser.rows() > 1) return kLoneReturn;
    return {};
  }

  // A row that went wrong is its first line: what stands behind that is tried anew.
  CsvRow finished(CsvRow row, Parser& parser, std::deque<Lines::Line> used) {
    if (row.problem.empty()) {
      row.fields = parser.take();
      row.problem = problem_of(row.fields);
      if (!row.problem.empty()) row.fields.clear();
      return row;
    }
    used.pop_front();
    if (!used.empty()) row.problem = kUnclosed;
    lines.give_back(std::move(used));
    return row;
  }
};

CsvReader::CsvReader(std::unique_ptr<Rows> rows) : rows_(std::move(rows)) {}
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;
CsvReader::~CsvReader() = default;

base::Result<CsvReader> CsvReader::open(base::ByteSource& source) {
  auto rows = std::make_unique<Rows>(source);
  TRY(auto header, rows->next());
  if (!header) return malformed("there is no line with the names of the columns");
  const std::string place = "line " + std::to_string(header->line) + ": ";
  if (!header->problem.empty()) {
    return malformed(place + header->problem, "save it as CSV in UTF-8, with commas");
  }
  TRY(check_columns(header->fields));
  CsvReader reader(std::move(rows));
  reader.columns_ = std::move(header->fields);
  return reader;
}

bool CsvReader::has(std::string_view column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

std::string_view CsvReader::field(const CsvRow& row, std::string_view column) const {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  const auto index = static_cast<std::size_t>(found - columns_.begin());
  return index < row.fields.size() ? std::string_view(row.fields[index]) : std::string_view();
}

base::Result<std::optional<CsvRow>> CsvReader::next() {
  TRY(auto row, rows_->next());
  if (row && row->problem.empty() && row->fields.size() != columns_.size()) {
    row->problem = "it has " + std::to_string(row->fields.size()) + " fields, not " +
                   std::to_string(columns_.size());
    row->fields.clear();
  }
  return row;
}

std::string csv_row(std::span<const std::string> fields) {
  std::string row;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) row += ',';
    const bool is_alone = fields.size() == 1 && fields[i].empty();  // would be an empty line
    row += is_alone || needs_quotes(fields[i]) ? in_quotes(fields[i]) : fields[i];
  }
  return row + "\r\n";
}

}  // namespace sealpost::text
