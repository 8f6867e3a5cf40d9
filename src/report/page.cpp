#include "report/page.hpp"

#include <algorithm>

#include "report/rows.hpp"
#include "text/safety.hpp"

namespace sealpost::report {
namespace {

constexpr std::size_t kBar = 40;  // characters of the longest bar

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width > text.size() ? width - text.size() : 0, ' ');
}

// Without spaces at the end.
std::string line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += "  ";
    line += padded(text::for_terminal(cells[i]), widths[i]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string text_of(const Table& table) {
  std::vector<std::size_t> widths;
  for (const std::string& column : table.columns) widths.push_back(column.size());
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], text::for_terminal(row[i]).size());
    }
  }
  std::string out = "\n" + table.title + "\n\n";
  if (table.rows.empty()) return out + "none\n";
  out += line_of(table.columns, widths);
  for (const auto& row : table.rows) out += line_of(row, widths);
  return out;
}

std::string text_of(const Chart& chart) {
  std::uint64_t most = 1;
  std::size_t width = 0;
  for (const auto& [label, count] : chart.bars) {
    most = std::max(most, count);
    width = std::max(width, label.size());
  }
  std::string out = "\n" + chart.title + "\n\n";
  for (const auto& [label, count] : chart.bars) {
    const auto length = static_cast<std::size_t>(count * kBar / most);
    out += padded(label, width) + "  " + std::string(length, '#') + (length > 0 ? " " : "") +
           std::to_string(count) + "\n";
  }
  return out;
}

text::OrderedJson json_of(const Table& table) {
  text::OrderedJson rows = text::OrderedJson::array();
  for (const auto& row : table.rows) {
    text::OrderedJson object = text::OrderedJson::object();
    for (std::size_t i = 0; i < row.size(); ++i) object[table.columns[i]] = row[i];
    rows.push_back(object);
  }
  return {{"title", table.title}, {"rows", rows}};
}

}  // namespace

std::string to_text(const Page& page) {
  std::string out = page.title + "\n" + text::for_terminal(page.about) + "\n\n";
  std::size_t width = 0;
  for (const Figure& figure : page.figures) width = std::max(width, figure.name.size() + 1);
  for (const Figure& figure : page.figures) {
    out += padded(figure.name + ":", width) + "  " + text::for_terminal(figure.value) + "\n";
  }
  for (const Chart& chart : page.charts) out += text_of(chart);
  for (const Table& table : page.tables) out += text_of(table);
  for (const std::string& note : page.notes) out += "\n" + note + "\n";
  return out;
}

std::string to_csv(const Page& page) {
  if (page.tables.empty()) return {};
  const Table& table = page.tables.back();
  std::vector<Column> columns;
  for (const std::string& name : table.columns) columns.push_back({name, Kind::kText});
  std::string out = header_row(columns);
  for (const auto& cells : table.rows) {
    Row row;
    for (std::size_t i = 0; i < cells.size(); ++i) row[table.columns[i]] = cells[i];
    out += csv_row_of(row, columns);
  }
  return out;
}

text::OrderedJson to_json(const Page& page) {
  text::OrderedJson figures = text::OrderedJson::object();
  for (const Figure& figure : page.figures) figures[figure.name] = figure.value;
  text::OrderedJson tables = text::OrderedJson::array();
  for (const Table& table : page.tables) tables.push_back(json_of(table));
  return {{"type", "audit-report"}, {"kind", page.kind}, {"about", page.about},
          {"figures", figures},     {"tables", tables},  {"notes", page.notes}};
}

}  // namespace sealpost::report
