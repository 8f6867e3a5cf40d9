#include "cmd/ui/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::ui {
namespace {

// Code points, which is what most names need; wide characters shift a column, no more.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string pad(const std::string& text, std::size_t to) {
  return text + std::string(to - std::min(to, width(text)), ' ');
}

std::string aligned(const Row& row, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    line += i + 1 == row.size() ? row[i] : pad(row[i], widths[i] + 2);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

Row made_safe(const Row& row) {
  Row safe;
  safe.reserve(row.size());
  for (const std::string& cell : row) safe.push_back(text::for_terminal(cell));
  return safe;
}

}  // namespace

base::Result<void> Output::document(const text::OrderedJson& value) {
  return terminal_.write_out(text::to_line(value) + "\n");
}

base::Result<void> Output::line(std::string_view text) {
  return terminal_.write_out(text::for_terminal(text) + "\n");
}

base::Result<void> Output::block(std::string_view text) {
  std::string safe = text::block_for_terminal(text);
  if (safe.empty() || safe.back() != '\n') safe += '\n';
  return terminal_.write_out(safe);
}

base::Result<void> Output::raw(std::string_view bytes) { return terminal_.write_out(bytes); }

base::Result<void> Output::fields(const std::vector<Field>& fields) {
  std::size_t widest = 0;
  for (const Field& field : fields) {
    if (!field.second.empty()) widest = std::max(widest, width(field.first));
  }
  std::string all;
  for (const Field& field : fields) {
    if (field.second.empty()) continue;
    all += pad(field.first + ":", widest + 2) + text::for_terminal(field.second) + "\n";
  }
  return terminal_.write_out(all);
}

base::Result<void> Output::table(const Row& heading, const std::vector<Row>& rows) {
  if (rows.empty()) return {};
  std::vector<Row> all{heading};
  for (const Row& row : rows) all.push_back(made_safe(row));
  std::vector<std::size_t> widths;
  for (const Row& row : all) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string text;
  for (const Row& row : all) text += aligned(row, widths);
  return terminal_.write_out(text);
}

void Output::note(std::string_view text) {
  if (!globals_.quiet) warn(text);
}

void Output::warn(std::string_view text) {
  terminal_.write_err(text::block_for_terminal(text) + "\n");
}

void Output::warn(const text::OrderedJson& value, std::string_view text) {
  if (!json()) return warn(text);
  terminal_.write_err(text::to_line(value) + "\n");
}

std::string human_size(std::uint64_t bytes) {
  constexpr std::array kUnits{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1023.95 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return value < 10 ? fmt::format("{:.1f} {}", value, kUnits[unit])
                    : fmt::format("{:.0f} {}", value, kUnits[unit]);
}

std::string human_span(base::milliseconds span) {
  const std::int64_t seconds = span.count() / 1000;
  if (seconds < 60) return fmt::format("{}s", seconds);
  if (seconds < 3600) return fmt::format("{}m", seconds / 60);
  if (seconds < 86400) return fmt::format("{}h {}m", seconds / 3600, seconds % 3600 / 60);
  return fmt::format("{}d", seconds / 86400);
}

std::string time_or_nothing(const std::optional<base::Time>& time) {
  return time ? text::format_time(*time) : "";
}

}  // namespace sealpost::ui
