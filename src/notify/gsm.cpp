#include "notify/gsm.hpp"

#include "text/safety.hpp"

namespace sealpost::notify {
namespace {

// TS 23.038, 6.2.1: the basic table without the escape, and its extension.
constexpr std::string_view kBasic =
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
constexpr std::string_view kExtension = "\f^{}\\[~]|€";

std::size_t length_of(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0x80) return 1;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

// 0: in neither table. A whole character is found at no other place in UTF-8.
std::size_t septets_of(std::string_view character) {
  if (kBasic.find(character) != std::string_view::npos) return 1;
  return kExtension.find(character) != std::string_view::npos ? 2 : 0;
}

struct Counted {
  std::size_t septets = 0;
  std::string_view beyond;
};

Counted count(std::string_view text) {
  Counted counted;
  while (!text.empty()) {
    const std::string_view character = text.substr(0, length_of(text.front()));
    const std::size_t septets = septets_of(character);
    if (septets == 0) return {0, character};
    counted.septets += septets;
    text.remove_prefix(character.size());
  }
  return counted;
}

}  // namespace

std::optional<std::size_t> gsm_septets(std::string_view text) {
  if (!text::is_utf8(text)) return std::nullopt;
  const Counted counted = count(text);
  if (!counted.beyond.empty()) return std::nullopt;
  return counted.septets;
}

std::string first_beyond_gsm(std::string_view text) {
  return text::is_utf8(text) ? std::string(count(text).beyond) : "?";
}

}  // namespace sealpost::notify
