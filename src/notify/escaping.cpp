#include "notify/escaping.hpp"

#include <array>

namespace sealpost::notify {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

void append_json(std::string_view text, SecretText& out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      const std::array<char, 6> code{'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
      out.append({code.data(), code.size()});
      continue;
    }
    if (c == '"' || c == '\\') out.append("\\");
    out.append({&c, 1});
  }
}

void append_form(std::string_view text, SecretText& out) {
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.append({&c, 1});
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    const std::array<char, 3> code{'%', kHex[byte >> 4], kHex[byte & 15]};
    out.append({code.data(), code.size()});
  }
}

}  // namespace sealpost::notify
