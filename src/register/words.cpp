#include "register/words.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/bytes.hpp"
#include "text/safety.hpp"

namespace sealpost::reg {
namespace {

// 47 CFR 64.1200(a)(10) and what carriers take for it, in Spanish and (as Canada asks) in French as
// well; without spaces.
constexpr std::array kStop{"stop",    "quit",     "end",         "revoke", "optout",
                           "cancel",  "unsub",    "unsubscribe", "alto",   "parar",
                           "pare",    "baja",     "fin",         "salir",  "detener",
                           "revocar", "cancelar", "nomas",       "arret"};
constexpr std::array kAll{"all", "everything", "todo", "todos", "tout"};

// What may mean it when it stands in a sentence, as whole words.
constexpr std::array kHints{"stop",
                            "stops",
                            "stopped",
                            "stopping",
                            "quit",
                            "quitting",
                            "revoke",
                            "revoked",
                            "revoking",
                            "unsub",
                            "unsubscribe",
                            "unsubscribed",
                            "cancel",
                            "canceled",
                            "cancelled",
                            "cancelar",
                            "parar",
                            "pare",
                            "paren",
                            "detener",
                            "detengan",
                            "basta",
                            "arret",
                            "arretez",
                            "opt out",
                            "opting out",
                            "opted out",
                            "opt me out",
                            "no more",
                            "no mas",
                            "de baja",
                            "dont text",
                            "do not text",
                            "dont send",
                            "do not send",
                            "dont call",
                            "do not call",
                            "dont contact",
                            "do not contact",
                            "dont message",
                            "do not message",
                            "dont write",
                            "do not write",
                            "dont want",
                            "do not want",
                            "no longer want",
                            "not interested",
                            "leave me alone",
                            "remove",
                            "remove me",
                            "take me off",
                            "delete me",
                            "delete my number",
                            "lose my number",
                            "wrong number",
                            "wrong person",
                            "spam",
                            "dejen de",
                            "deje de",
                            "deja de",
                            "no quiero",
                            "no me interesa",
                            "no me escriba",
                            "no me escriban",
                            "no me escribas",
                            "no me llame",
                            "no me llamen",
                            "no me envie",
                            "no me envien",
                            "no me mande",
                            "no me manden",
                            "numero equivocado",
                            "persona equivocada"};

// Signs that say it without a word: stop sign, no entry, prohibited, raised hand, no good.
constexpr std::array<std::uint32_t, 5> kSigns{0x1f6d1, 0x26d4, 0x1f6ab, 0x270b, 0x1f645};

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

// The plain letter of an accented one of these languages; 0 for any other.
char without_accent(std::uint32_t point) {
  constexpr std::array<std::pair<std::uint32_t, char>, 8> kAccents{{{0xe1, 'a'},
                                                                    {0xe9, 'e'},
                                                                    {0xed, 'i'},
                                                                    {0xf3, 'o'},
                                                                    {0xfa, 'u'},
                                                                    {0xfc, 'u'},
                                                                    {0xf1, 'n'},
                                                                    {0xea, 'e'}}};
  for (const auto& [accented, plain] : kAccents) {
    if (accented == point) return plain;
  }
  return 0;
}

bool is_mark(std::uint32_t point) {
  const auto within = [&](std::uint32_t low, std::uint32_t high) {
    return point >= low && point <= high;
  };
  const bool is_invisible = point == 0x34f || point == 0x61c || point == 0x180e || point == 0xfeff;
  return is_invisible || point < 0xc0 || within(0x2000, 0x2bff) || within(0x3000, 0x303f) ||
         within(0xfe00, 0xfe0f) || within(0xfff0, 0xffff) || within(0x1f000, 0x1faff) ||
         within(0xe0000, 0xe0fff);
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

// "st0p" is "stop".
std::string with_letters(std::string text) {
  constexpr std::array<std::pair<char, char>, 5> kDigits{
      {{'0', 'o'}, {'1', 'l'}, {'3', 'e'}, {'4', 'a'}, {'5', 's'}}};
  for (const auto& [digit, letter] : kDigits) std::replace(text.begin(), text.end(), digit, letter);
  return text;
}

// What is left where the two begin to differ.
void drop_common(std::string_view& a, std::string_view& b) {
  while (!a.empty() && !b.empty() && a.front() == b.front()) {
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a.remove_suffix(1);
    b.remove_suffix(1);
  }
}

// One slip of the finger away: two letters exchanged; in longer words one too many or too few, and
// in the longest another one. (In short ones that is another word: "cancer", "pagar".)
bool is_slip(std::string_view word, std::string_view meant) {
  constexpr std::size_t kLonger = 6;
  constexpr std::size_t kLongest = 8;
  const std::size_t size = meant.size();
  drop_common(word, meant);
  if (word.size() == 2 && meant.size() == 2) return word[0] == meant[1] && word[1] == meant[0];
  if (word.size() + meant.size() == 1) return size >= kLonger;
  return word.size() == 1 && meant.size() == 1 && size >= kLongest;
}

bool is_misspelt(const std::string& joined) {
  const std::string letters = with_letters(joined);
  return has(kStop, squeezed(joined)) || has(kStop, letters) ||
         std::any_of(kStop.begin(), kStop.end(),
                     [&](std::string_view stop) { return is_slip(letters, stop); });
}

bool has_sign(std::string_view text) {
  for (std::string folded = text::fold(text); const auto& sign : kSigns) {
    for (std::string_view rest = folded; !rest.empty();) {
      const auto [point, size] = front(rest);
      rest.remove_prefix(size);
      if (point == sign) return true;
    }
  }
  return false;
}

}  // namespace

Meaning meaning_of(std::string_view text) {
  const std::string words = words_of(text);
  if (words.empty()) return has_sign(text) ? Meaning::kUnclear : Meaning::kNone;
  std::string joined = words;
  joined.erase(std::remove(joined.begin(), joined.end(), ' '), joined.end());
  if (has(kStop, joined)) return Meaning::kStop;
  if (is_stop_all(joined)) return Meaning::kStopAll;
  const std::string sentence = " " + words + " ";
  const bool is_hint = std::any_of(kHints.begin(), kHints.end(), [&](std::string_view hint) {
    return sentence.find(" " + std::string(hint) + " ") != std::string::npos;
  });
  return is_hint || is_misspelt(joined) ? Meaning::kUnclear : Meaning::kNone;
}

}  // namespace sealpost::reg
