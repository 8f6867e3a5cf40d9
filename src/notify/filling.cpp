#include "notify/filling.hpp"

#include <algorithm>

namespace sealpost::notify {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// The word of "{word}..."; empty when there is none.
std::string_view word_at(std::string_view text) {
  const std::size_t end = text.find('}');
  if (end == std::string_view::npos || end < 2) return {};
  const std::string_view word = text.substr(1, end - 1);
  return std::all_of(word.begin(), word.end(), is_letter) ? word : std::string_view();
}

std::string listed(const std::set<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "{" : ", {") + name + "}";
  return list;
}

base::Error no_placeholder(std::string_view what, const std::set<std::string>& names) {
  return {base::Code::kMalformed, "\"" + std::string(what) + "\" is no placeholder",
          "there are " + listed(names)};
}

}  // namespace

base::Result<Filling> Filling::parse(std::string_view text, const std::set<std::string>& names,
                                     Braces braces) {
  Filling filling;
  std::string literal;
  while (!text.empty()) {
    const std::string_view word = text.front() == '{' ? word_at(text) : std::string_view();
    if (word.empty()) {
      const bool brace = text.front() == '{' || text.front() == '}';
      if (brace && braces == Braces::kOnlyPlaceholders) {
        return no_placeholder(text.substr(0, 1), names);
      }
      literal += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (!names.contains(std::string(word))) return no_placeholder(word, names);
    filling.pieces_.push_back({false, std::exchange(literal, {})});
    filling.pieces_.push_back({true, std::string(word)});
    text.remove_prefix(word.size() + 2);
  }
  filling.pieces_.push_back({false, std::move(literal)});
  return filling;
}

bool Filling::has(std::string_view name) const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [&](const Piece& piece) { return piece.name && piece.text == name; });
}

SecretText Filling::fill(const Put& put) const {
  SecretText out;
  for (const Piece& piece : pieces_) {
    if (piece.name) {
      put(piece.text, out);
    } else {
      out.append(piece.text);
    }
  }
  return out;
}

}  // namespace sealpost::notify
