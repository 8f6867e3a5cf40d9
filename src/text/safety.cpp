#include "text/safety.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace sealpost::text {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The code point at the front of `text` and its length; a negative code point for a bad byte.
struct Step {
  utf8proc_int32_t point;
  std::size_t length;
};

Step step(std::string_view text) {
  utf8proc_int32_t point = -1;
  const auto count = utf8proc_iterate(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size(), 4)), &point);
  if (count <= 0) return {-1, 1};
  return {point, static_cast<std::size_t>(count)};
}

bool harmless(utf8proc_int32_t point) {
  if (point < 0) return false;
  switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    default:
      break;
  }
  // Invisible although they count as letters or marks: Hangul fillers, variation selectors (but the
  // one that makes emoji colourful may stay), joiners; and the empty Braille pattern.
  const bool invisible = utf8proc_get_property(point)->ignorable && point != 0xFE0F;
  return !invisible && point != 0x2800;
}

template <typename Keep>
std::string clean(std::string_view text, Keep keep) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Step next = step(text);
    if (harmless(next.point) || keep(next.point)) {
      out += text.substr(0, next.length);
    } else {
      out += kReplacement;
    }
    text.remove_prefix(next.length);
  }
  return out;
}

std::string map(std::string_view text, int options) {
  const std::string valid = clean(text, [](utf8proc_int32_t point) { return point >= 0; });
  utf8proc_uint8_t* mapped = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(valid.data()),
                                   static_cast<utf8proc_ssize_t>(valid.size()), &mapped,
                                   static_cast<utf8proc_option_t>(options));
  if (length < 0) return valid;
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(mapped, &std::free);
  return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length)};
}

bool is_device_name(std::string_view name) {
  std::string stem(name.substr(0, name.find('.')));
  while (stem.ends_with(' ')) stem.pop_back();
  for (char& c : stem) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  constexpr std::array<std::string_view, 6> kReserved{"con", "prn",    "aux",
                                                      "nul", "conin$", "conout$"};
  if (std::find(kReserved.begin(), kReserved.end(), stem) != kReserved.end()) return true;
  return (stem.starts_with("com") || stem.starts_with("lpt")) && stem.size() > 3 &&
         (stem.substr(3) == "\xC2\xB9" || stem.substr(3) == "\xC2\xB2" ||
          stem.substr(3) == "\xC2\xB3" || (stem.size() == 4 && stem[3] >= '0' && stem[3] <= '9'));
}

// The suffix under which half-written files stand: a finished one must not be taken for such.
bool looks_unfinished(std::string_view name) { return fold(name).ends_with(".partial"); }

// Shortens to `limit` bytes at a character border, keeping a short extension.
std::string shorten(std::string name, std::size_t limit) {
  if (name.size() <= limit) return name;
  const std::size_t dot = name.rfind('.');
  std::string extension;
  if (dot != std::string::npos && name.size() - dot <= 16) extension = name.substr(dot);
  std::size_t cut = limit - extension.size();
  while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xC0U) == 0x80U) --cut;
  return name.substr(0, cut) + extension;
}

// One pass over what a name must not begin with, be, end with or exceed.
std::string tidy(std::string name) {
  constexpr std::size_t kLongest = 200;
  const auto edge = [](char c) { return c == '.' || c == ' '; };
  const auto trim_end = [&] {
    while (!name.empty() && edge(name.back())) name.pop_back();
  };
  trim_end();
  name.erase(name.begin(), std::find_if_not(name.begin(), name.end(), edge));
  if (is_device_name(name) || name.starts_with('-')) name.insert(0, 1, '_');
  if (looks_unfinished(name)) name += '_';
  name = shorten(std::move(name), kLongest);
  trim_end();
  return name;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (;;) {
    const auto ascii = std::find_if(text.begin(), text.end(),
                                    [](char c) { return static_cast<unsigned char>(c) > 0x7f; });
    text.remove_prefix(static_cast<std::size_t>(ascii - text.begin()));
    if (text.empty()) return true;
    const Step next = step(text);
    if (next.point < 0) return false;
    text.remove_prefix(next.length);
  }
}

bool is_plain(std::string_view text) {
  while (!text.empty()) {
    const Step next = step(text);
    if (!harmless(next.point)) return false;
    text.remove_prefix(next.length);
  }
  return true;
}

std::string for_terminal(std::string_view text) {
  return clean(text, [](utf8proc_int32_t) { return false; });
}

std::string block_for_terminal(std::string_view text) {
  std::string out = clean(
      text, [](utf8proc_int32_t point) { return point == '\n' || point == '\t' || point == '\r'; });
  std::string joined;
  joined.reserve(out.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] != '\r') {
      joined += out[i];
    } else if (i + 1 == out.size() || out[i + 1] != '\n') {
      joined += kReplacement;
    }
  }
  return joined;
}

std::string nfc(std::string_view text) { return map(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE); }

std::string nfkc(std::string_view text) {
  return map(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
}

std::string fold(std::string_view text) {
  return map(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                       UTF8PROC_IGNORE);
}

std::string safe_filename(std::string_view outside) {
  const std::size_t slash = outside.find_last_of("/\\");
  if (slash != std::string_view::npos) outside.remove_prefix(slash + 1);
  std::string name = nfc(outside);
  name = clean(name, [](utf8proc_int32_t) { return false; });
  std::string safe;
  for (std::size_t i = 0; i < name.size();) {
    if (std::string_view(name).substr(i).starts_with(kReplacement)) {
      safe += '_';
      i += kReplacement.size();
      continue;
    }
    const char c = name[i++];
    safe += std::string_view("<>:\"|?*/\\").find(c) == std::string_view::npos ? c : '_';
  }
  // Shortening can bare an edge or a device name again, so until nothing changes.
  for (std::string next = tidy(safe); next != safe; next = tidy(safe)) safe = next;
  return safe.empty() ? "attachment" : safe;
}

}  // namespace sealpost::text
