// A report for people: a few figures, charts and tables, as text, as CSV, or as one HTML page that
// needs nothing else and prints well. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "text/ordered_json.hpp"

namespace sealpost::report {

struct Figure {
  std::string name;
  std::string value;
};

struct Chart {
  std::string title;
  std::vector<std::pair<std::string, std::uint64_t>> bars;
};

struct Table {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // as many cells as there are columns
};

struct Page {
  std::string kind;   // "activity"
  std::string title;  // "Activity"
  std::string about;  // whose log, which time, who asked
  std::vector<Figure> figures;
  std::vector<Chart> charts;
  std::vector<Table> tables;       // the last one is the list that the report is about
  std::vector<std::string> notes;  // what a reader must know; sentences
};

std::string to_text(const Page& page);
// The last table.
std::string to_csv(const Page& page);
std::string to_html(const Page& page);
// {"type":"audit-report",...}: figures by name, tables as arrays of objects.
text::OrderedJson to_json(const Page& page);

}  // namespace sealpost::report
