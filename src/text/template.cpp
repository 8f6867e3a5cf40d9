#include "text/template.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sealpost::text {
namespace {

base::Error malformed(std::string_view before, const char* why) {
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  return {base::Code::kMalformed, fmt::format("line {} of the template: {}", line, why),
          "a place is written {column}, and a brace itself {{ or }}"};
}

}  // namespace

base::Result<Template> Template::parse(std::string_view source) {
  Template out;
  Piece piece;
  for (std::size_t at = 0; at < source.size(); ++at) {
    const char c = source[at];
    const bool doubled = at + 1 < source.size() && source[at + 1] == c;
    if ((c == '{' || c == '}') && doubled) {
      piece.text += c;
      ++at;
      continue;
    }
    if (c == '}') return malformed(source.substr(0, at), "a } that closes nothing");
    if (c != '{') {
      piece.text += c;
      continue;
    }
    const std::size_t end = source.find_first_of("{}\n", at + 1);
    if (end == std::string_view::npos || source[end] != '}') {
      return malformed(source.substr(0, at), "a { that is not closed");
    }
    piece.column = source.substr(at + 1, end - at - 1);
    if (piece.column.empty()) return malformed(source.substr(0, at), "{} names no column");
    if (std::find(out.columns_.begin(), out.columns_.end(), piece.column) == out.columns_.end()) {
      out.columns_.push_back(piece.column);
    }
    out.pieces_.push_back(std::exchange(piece, {}));
    at = end;
  }
  out.pieces_.push_back(std::move(piece));
  return out;
}

std::string Template::fill(
    const std::function<std::string_view(std::string_view column)>& field) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    out += piece.text;
    if (!piece.column.empty()) out += field(piece.column);
  }
  return out;
}

}  // namespace sealpost::text
