#include "report/rows.hpp"

#include <algorithm>

#include "text/csv.hpp"
#include "text/json.hpp"
#include "text/safety.hpp"

namespace sealpost::report {
namespace {

using base::Result;
using text::Json;
using text::OrderedJson;

constexpr std::size_t kMaxLine = text::kMaxCsvRow;

base::Error malformed(std::string text, std::string hint = "") {
  return {base::Code::kMalformed, std::move(text), std::move(hint)};
}

std::string in_quotes(std::string_view name) { return "\"" + text::for_terminal(name) + "\""; }

const Column* find(Columns columns, std::string_view name) {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const Column& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

std::string names_of(Columns columns) {
  std::string names;
  for (const Column& column : columns)
    names += (names.empty() ? "" : ", ") + std::string(column.name);
  return names;
}

OrderedJson to_json(std::string_view text, Kind kind) {
  switch (kind) {
    case Kind::kTruth:
      return OrderedJson(text == "true");
    case Kind::kNumber:
      return OrderedJson(base::parse_decimal(text).value_or(0));
    case Kind::kList: {
      OrderedJson list = OrderedJson::array();
      for (const std::string_view word : base::split(text, ';')) list.push_back(OrderedJson(word));
      return list;
    }
    case Kind::kText:
      break;
  }
  return OrderedJson(text);
}

Result<std::string> from_list(const Json& value, std::string_view name) {
  std::string joined;
  for (const Json& word : value) {
    if (!word.is_string()) return malformed(in_quotes(name) + " is not a list of texts");
    joined += (joined.empty() ? "" : ";") + word.get<std::string>();
  }
  return joined;
}

Result<std::string> from_json(const Json& value, std::string_view name, Kind kind) {
  if (value.is_null()) return std::string();
  if (kind == Kind::kTruth && value.is_boolean())
    return std::string(value.get<bool>() ? "true" : "false");
  if (kind == Kind::kNumber && value.is_number_unsigned()) {
    return std::to_string(value.get<std::uint64_t>());
  }
  if (kind == Kind::kList && value.is_array()) return from_list(value, name);
  if (value.is_string()) return value.get<std::string>();
  return malformed(in_quotes(name) + " is of another type");
}

Result<Row> row_of(const Json& json, Columns columns) {
  if (!json.is_object()) return malformed("it is no JSON object");
  Row row;
  for (const auto& [name, value] : json.items()) {
    const Column* column = find(columns, name);
    if (column == nullptr && name == "type") continue;
    if (column == nullptr) return malformed("there is no field " + in_quotes(name));
    TRY(std::string text, from_json(value, name, column->kind));
    if (!text.empty()) row.emplace(name, std::move(text));
  }
  return row;
}

Result<void> check_required(const Row& row, std::span<const std::string_view> required) {
  for (const std::string_view name : required) {
    if (at(row, name).empty()) return malformed("it has no " + in_quotes(name));
  }
  return {};
}

Result<void> hand_over(Result<Row> row, std::span<const std::string_view> required,
                       const std::string& place, const Take<Row>& take) {
  auto fits = row ? check_required(*row, required) : Result<void>(row.error());
  if (fits) return take.value(*std::move(row), place);
  take.problem({place, fits.error().text});
  return {};
}

// The source line by line, without their ends; lines that are too long are cut off and say so.
class JsonLines {
 public:
  explicit JsonLines(base::ByteSource& source) : source_(&source) {}

  // False at the end.
  Result<bool> next(std::string& line, bool& is_long) {
    line.clear();
    is_long = false;
    for (bool any = false;; any = true) {
      TRY(const bool more, fill());
      if (!more) {
        if (any) ++number_;
        return any;
      }
      const std::size_t feed = chunk_.find('\n', at_);
      const std::size_t end = std::min(feed, chunk_.size());
      if (line.size() + (end - at_) > kMaxLine) is_long = true;
      if (!is_long) line.append(chunk_, at_, end - at_);
      at_ = feed == std::string::npos ? end : end + 1;
      if (feed == std::string::npos) continue;
      ++number_;
      return true;
    }
  }
  std::uint64_t number() const { return number_; }

 private:
  Result<bool> fill() {
    if (at_ < chunk_.size()) return true;
    chunk_.resize(std::size_t{64} << 10);
    at_ = 0;
    auto count = source_->read({reinterpret_cast<std::uint8_t*>(chunk_.data()), chunk_.size()});
    chunk_.resize(count ? *count : 0);
    if (!count) return std::move(count).error();
    return !chunk_.empty();
  }

  base::ByteSource* source_;
  std::string chunk_;
  std::size_t at_ = 0;
  std::uint64_t number_ = 0;
};

Result<Row> parse_line(const std::string& line, bool is_long, Columns columns) {
  if (is_long) return malformed("it is longer than 256 KiB");
  auto json = text::parse_json(line);
  if (!json) return malformed("it is " + json.error().text);
  return row_of(*json, columns);
}

Result<void> read_json_lines(base::ByteSource& source, Columns columns,
                             std::span<const std::string_view> required, const Take<Row>& take) {
  JsonLines lines(source);
  std::string line;
  for (bool is_long = false;;) {
    TRY(const bool more, lines.next(line, is_long));
    if (!more) return {};
    if (line.find_first_not_of(" \t\r") == std::string::npos && !is_long) continue;
    const std::string place = "line " + std::to_string(lines.number());
    TRY(hand_over(parse_line(line, is_long, columns), required, place, take));
  }
}

Result<void> check_header(const text::CsvReader& reader, Columns columns,
                          std::span<const std::string_view> required) {
  for (const std::string& name : reader.columns()) {
    if (find(columns, name) != nullptr) continue;
    return malformed("there is no column " + in_quotes(name), "columns are " + names_of(columns));
  }
  for (const std::string_view name : required) {
    if (!reader.has(name)) return malformed("the column " + in_quotes(name) + " is missing");
  }
  return {};
}

// Whether a spreadsheet would compute it, quoted or not. A sign in front of digits is a telephone
// number, and harmless.
bool is_formula(std::string_view text) {
  if (text.empty()) return false;
  if (std::string_view("=@\t\r").find(text[0]) != std::string_view::npos) return true;
  if (text[0] != '+' && text[0] != '-') return false;
  return text.find_first_not_of("0123456789", 1) != std::string_view::npos;
}

bool is_marked(std::string_view text) {
  return is_formula(text.substr(std::min(text.find_first_not_of('\''), text.size())));
}

// With an apostrophe in front, which spreadsheets take for "this is text". One that looks as if it
// had one gets another, so that reading gives back what was written.
std::string marked(std::string_view text) {
  return is_marked(text) ? "'" + std::string(text) : std::string(text);
}

std::string unmarked(std::string_view text) {
  if (text.starts_with('\'') && is_marked(text)) text.remove_prefix(1);
  return std::string(text);
}

Result<Row> row_of(const text::CsvReader& reader, const text::CsvRow& read) {
  if (!read.problem.empty()) return malformed(read.problem);
  Row row;
  for (std::size_t i = 0; i < read.fields.size(); ++i) {
    if (!read.fields[i].empty()) row.emplace(reader.columns()[i], unmarked(read.fields[i]));
  }
  return row;
}

Result<void> read_csv(base::ByteSource& source, Columns columns,
                      std::span<const std::string_view> required, const Take<Row>& take) {
  TRY(auto reader, text::CsvReader::open(source));
  TRY(check_header(reader, columns, required));
  for (;;) {
    TRY(const auto row, reader.next());
    if (!row) return {};
    const std::string place = "line " + std::to_string(row->line);
    TRY(hand_over(row_of(reader, *row), required, place, take));
  }
}

}  // namespace

std::string_view at(const Row& row, std::string_view column) {
  const auto found = row.find(column);
  return found == row.end() ? std::string_view() : std::string_view(found->second);
}

std::string header_row(Columns columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) names.emplace_back(column.name);
  return text::csv_row(names);
}

std::string csv_row_of(const Row& row, Columns columns) {
  std::vector<std::string> fields;
  for (const Column& column : columns) fields.push_back(marked(at(row, column.name)));
  return text::csv_row(fields);
}

std::string json_line_of(const Row& row, Columns columns, std::string_view type) {
  OrderedJson line{{"type", type}};
  for (const Column& column : columns) {
    const std::string_view text = at(row, column.name);
    if (!text.empty() && column.name != "type")
      line[std::string(column.name)] = to_json(text, column.kind);
  }
  return text::to_line(line) + "\n";
}

Result<void> read_rows(Format format, base::ByteSource& source, Columns columns,
                       std::span<const std::string_view> required, const Take<Row>& take) {
  if (format == Format::kCsv) return read_csv(source, columns, required, take);
  return read_json_lines(source, columns, required, take);
}

Result<void> write(base::ByteSink& sink, std::string_view text) {
  return sink.write(base::as_bytes(text));
}

}  // namespace sealpost::report
