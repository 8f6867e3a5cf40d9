#include "register/words.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/bytes.hpp"
#include "text/safety.hpp"

namespace sealpost::reg {
namespace {

// 47 CFR 64.1200(a)(10), and how they are said in Spanish; without spaces.
constexpr std::array kStop{"stop", "quit",  "end",  "revoke", "optout",   "cancel", "unsubscribe",
                           "alto", "parar", "pare", "baja",   "cancelar", "nomas"};
constexpr std::array kAll{"all", "todo", "todos"};

// What may mean it when it stands in a sentence, as whole words.
constexpr std::array kHints{"stop",          "stopped",        "stopping",
                            "quit",          "revoke",         "unsubscribe",
                            "cancel",        "cancelar",       "parar",
                            "pare",          "paren",          "basta",
                            "opt out",       "no more",        "no mas",
                            "de baja",       "dont text",      "do not text",
                            "dont send",     "do not send",    "dont call",
                            "do not call",   "dont contact",   "do not contact",
                            "dont message",  "do not message", "leave me alone",
                            "remove me",     "take me off",    "wrong number",
                            "dejen de",      "deje de",        "deja de",
                            "no me escriba", "no me escriban", "no me llame",
                            "no me llamen",  "no me envie",    "no me envien",
                            "no me mande",   "no me manden",   "numero equivocado"};

// The code point at the front and its length; the text is well-formed.
std::pair<std::uint32_t, std::size_t> front(std::string_view text) {
  const auto byte = [&](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at]));
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  std::uint32_t point = first & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) point = point << 6 | (byte(i) & 0x3fU);
  return {point, size};
}

// The plain letter of an accented one in Spanish; 0 for any other.
char without_accent(std::uint32_t point) {
  constexpr std::array<std::pair<std::uint32_t, char>, 7> kAccents{
      {{0xe1, 'a'}, {0xe9, 'e'}, {0xed, 'i'}, {0xf3, 'o'}, {0xfa, 'u'}, {0xfc, 'u'}, {0xf1, 'n'}}};
  for (const auto& [accented, plain] : kAccents) {
    if (accented == point) return plain;
  }
  return 0;
}

bool is_mark(std::uint32_t point) {
  const auto within = [&](std::uint32_t low, std::uint32_t high) {
    return point >= low && point <= high;
  };
  return point < 0xc0 || within(0x2000, 0x2bff) || within(0x3000, 0x303f) ||
         within(0xfe00, 0xfe0f) || within(0xfff0, 0xffff) || within(0x1f000, 0x1faff);
}

bool is_apostrophe(std::uint32_t point) {
  return point == '\'' || point == 0x2019 || point == 0x2bc;
}

// Words of lower-case letters and digits, one space between them. What is a letter of another
// script stays as it is, so that nothing becomes a word by losing it.
std::string words_of(std::string_view text) {
  const std::string folded = text::fold(text);
  std::string words;
  bool is_apart = false;
  for (std::string_view rest = folded; !rest.empty();) {
    const auto [point, size] = front(rest);
    const std::string_view letter = rest.substr(0, size);
    rest.remove_prefix(size);
    const bool is_plain = (point >= 'a' && point <= 'z') || (point >= '0' && point <= '9');
    if (is_apostrophe(point)) continue;
    if (!is_plain && is_mark(point)) {
      is_apart = true;
      continue;
    }
    if (is_apart && !words.empty()) words += ' ';
    is_apart = false;
    const char accent = without_accent(point);
    if (accent != 0) {
      words += accent;
    } else {
      words += letter;
    }
  }
  return words;
}

template <typename List>
bool has(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_stop_all(std::string_view joined) {
  return std::any_of(kAll.begin(), kAll.end(), [&](std::string_view all) {
    return joined.ends_with(all) && has(kStop, joined.substr(0, joined.size() - all.size()));
  });
}

// "stooop" is "stop" said louder.
std::string squeezed(std::string_view word) {
  std::string text(word);
  text.erase(std::unique(text.begin(), text.end()), text.end());
  return text;
}

}  // namespace

Meaning meaning_of(std::string_view text) {
  const std::string words = words_of(text);
  std::string joined = words;
  joined.erase(std::remove(joined.begin(), joined.end(), ' '), joined.end());
  if (has(kStop, joined)) return Meaning::kStop;
  if (is_stop_all(joined)) return Meaning::kStopAll;
  const std::string sentence = " " + words + " ";
  const bool is_hint = std::any_of(kHints.begin(), kHints.end(), [&](std::string_view hint) {
    return sentence.find(" " + std::string(hint) + " ") != std::string::npos;
  });
  return is_hint || has(kStop, squeezed(joined)) ? Meaning::kUnclear : Meaning::kNone;
}

}  // namespace sealpost::reg
