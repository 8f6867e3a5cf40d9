// The HTML of a report: one file, no script, nothing from elsewhere, charts as SVG within it.
#include <algorithm>

#include "report/page.hpp"
#include "text/safety.hpp"

namespace sealpost::report {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 15px/1.45 system-ui, sans-serif; color: #1b1f23; background: #fff; margin: 2rem auto;
  max-width: 68rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .2rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p.about { color: #57606a; margin: 0 0 1.5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; margin: 0; }
dt { color: #57606a; } dd { margin: 0; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #d0d7de;
  vertical-align: top; overflow-wrap: anywhere; }
th { white-space: nowrap; }
svg { display: block; max-width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: #1b1f23; }
svg rect { fill: #2f6f8f; }
.note { border-left: 3px solid #2f6f8f; padding-left: .8rem; color: #424a53; }
@page { margin: 15mm; }
@media print {
  body { margin: 0; max-width: none; font-size: 10pt; }
  thead { display: table-header-group; }
  tr, svg { break-inside: avoid; } h2 { break-after: avoid; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
</style>
)";

constexpr int kLabel = 220;  // SVG units
constexpr int kWidth = 560;
constexpr int kRow = 22;

std::string escaped(std::string_view outside) {
  std::string out;
  for (const char c : text::for_terminal(outside)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string attribute(std::string_view name, std::int64_t value) {
  return " " + std::string(name) + "=\"" + std::to_string(value) + "\"";
}

std::string svg_text(std::int64_t x, std::int64_t y, std::string_view anchor,
                     std::string_view words) {
  return "<text" + attribute("x", x) + attribute("y", y) + " text-anchor=\"" + std::string(anchor) +
         "\">" + escaped(words) + "</text>\n";
}

std::string html_of(const Chart& chart) {
  std::uint64_t most = 1;
  for (const auto& bar : chart.bars) most = std::max(most, bar.second);
  const auto height = static_cast<std::int64_t>(chart.bars.size()) * kRow;
  std::string out = "<h2>" + escaped(chart.title) + "</h2>\n<svg role=\"img\" aria-label=\"" +
                    escaped(chart.title) + "\"" + attribute("width", kLabel + kWidth + 80) +
                    attribute("height", height) + " viewBox=\"0 0 " +
                    std::to_string(kLabel + kWidth + 80) + " " + std::to_string(height) + "\">\n";
  std::int64_t y = 0;
  for (const auto& [label, count] : chart.bars) {
    const auto width = static_cast<std::int64_t>(count * kWidth / most);
    out += svg_text(kLabel - 8, y + 15, "end", label);
    out += "<rect" + attribute("x", kLabel) + attribute("y", y + 3) + attribute("width", width) +
           attribute("height", kRow - 6) + "/>\n";
    out += svg_text(kLabel + width + 6, y + 15, "start", std::to_string(count));
    y += kRow;
  }
  return out + "</svg>\n";
}

std::string html_of(const Table& table) {
  std::string out = "<h2>" + escaped(table.title) + "</h2>\n";
  if (table.rows.empty()) return out + "<p>none</p>\n";
  out += "<table>\n<thead><tr>";
  for (const std::string& column : table.columns) {
    out += "<th scope=\"col\">" + escaped(column) + "</th>";
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (const std::string& cell : row) out += "<td>" + escaped(cell) + "</td>";
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n";
}

}  // namespace

std::string to_html(const Page& page) {
  std::string out(kHead);
  out += "<title>" + escaped(page.title) + "</title>\n</head>\n<body>\n<h1>" + escaped(page.title) +
         "</h1>\n<p class=\"about\">" + escaped(page.about) + "</p>\n<dl>\n";
  for (const Figure& figure : page.figures) {
    out += "<dt>" + escaped(figure.name) + "</dt><dd>" + escaped(figure.value) + "</dd>\n";
  }
  out += "</dl>\n";
  for (const Chart& chart : page.charts) out += html_of(chart);
  for (const Table& table : page.tables) out += html_of(table);
  for (const std::string& note : page.notes) {
    out += "<p class=\"note\">" + escaped(note) + "</p>\n";
  }
  return out + "</body>\n</html>\n";
}

}  // namespace sealpost::report
