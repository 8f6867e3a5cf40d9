#include "base/encoding.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sealpost::base {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

constexpr std::array<std::int16_t, 256> inverse(std::string_view alphabet) {
  std::array<std::int16_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int16_t>(i);
  }
  return table;
}

constexpr auto kStandardInverse = inverse(kStandard);
constexpr auto kUrlInverse = inverse(kUrl);
constexpr auto kBech32Inverse = inverse(kBech32);

Error malformed(std::string_view what) { return {Code::kMalformed, std::string(what), ""}; }

// Regroups bits: 8 to 6, 8 to 5 and back. The last group is filled with zero bits.
template <typename Emit>
std::uint32_t regroup(ByteView in, int from, int to, Emit emit) {
  std::uint32_t bits = 0;
  int count = 0;
  for (std::uint8_t value : in) {
    bits = (bits << from | value) & 0xffffU;
    for (count += from; count >= to; count -= to) {
      emit(static_cast<std::uint8_t>(bits >> (count - to) & ((1U << to) - 1)));
    }
  }
  return static_cast<std::uint32_t>(count) << 16 | (bits & ((1U << count) - 1));
}

std::string encode64(ByteView bytes, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  const std::uint32_t left = regroup(bytes, 8, 6, [&](std::uint8_t v) { out += alphabet[v]; });
  const int count = static_cast<int>(left >> 16);
  if (count > 0) out += alphabet[(left & 0xffffU) << (6 - count) & 63U];
  return out;
}

Result<Bytes> decode64(std::string_view text, const std::array<std::int16_t, 256>& table) {
  if (text.size() % 4 == 1) return malformed("base64 of an impossible length");
  Bytes groups;
  groups.reserve(text.size());
  for (char c : text) {
    const int value = table[static_cast<unsigned char>(c)];
    if (value < 0) return malformed("a character that base64 does not have");
    groups.push_back(static_cast<std::uint8_t>(value));
  }
  Bytes out;
  out.reserve(text.size() * 3 / 4);
  const std::uint32_t left = regroup(groups, 6, 8, [&](std::uint8_t v) { out.push_back(v); });
  if ((left & 0xffffU) != 0) return malformed("base64 that is not canonical");
  return out;
}

std::uint32_t bech32_polymod(std::uint32_t sum, std::uint8_t value) {
  constexpr std::array<std::uint32_t, 5> kGenerator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                                    0x2a1462b3};
  const std::uint32_t top = sum >> 25;
  sum = (sum & 0x1ffffffU) << 5 ^ value;
  for (std::size_t i = 0; i < kGenerator.size(); ++i) {
    if ((top >> i & 1U) != 0) sum ^= kGenerator[i];
  }
  return sum;
}

std::uint32_t bech32_checksum(std::string_view hrp, ByteView groups) {
  std::uint32_t sum = 1;
  for (char c : hrp) sum = bech32_polymod(sum, static_cast<std::uint8_t>(c) >> 5);
  sum = bech32_polymod(sum, 0);
  for (char c : hrp) sum = bech32_polymod(sum, static_cast<std::uint8_t>(c) & 31U);
  for (std::uint8_t group : groups) sum = bech32_polymod(sum, group);
  return sum;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (std::uint8_t byte : bytes) {
    out += kHex[byte >> 4];
    out += kHex[byte & 15U];
  }
  return out;
}

Result<Bytes> parse_hex(std::string_view text) {
  if (text.size() % 2 != 0) return malformed("hexadecimal of an odd length");
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return malformed("a character that hexadecimal does not have");
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

bool is_lower_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string to_base64(ByteView bytes) {
  std::string out = encode64(bytes, kStandard);
  while (out.size() % 4 != 0) out += '=';
  return out;
}
std::string to_base64_unpadded(ByteView bytes) { return encode64(bytes, kStandard); }
std::string to_base64url(ByteView bytes) { return encode64(bytes, kUrl); }

std::string to_base32(ByteView bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  constexpr unsigned kBits = 5;
  std::string out;
  unsigned value = 0;
  unsigned count = 0;  // bits of `value` that are not written yet
  for (const std::uint8_t byte : bytes) {
    value = (value << 8 | byte) & 0xfff;
    for (count += 8; count >= kBits; count -= kBits) {
      out += kAlphabet[value >> (count - kBits) & 31];
    }
  }
  if (count > 0) out += kAlphabet[value << (kBits - count) & 31];
  return out;
}

Result<Bytes> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0) return malformed("base64 without its padding");
  if (text.ends_with('=')) text.remove_suffix(1);
  if (text.ends_with('=')) text.remove_suffix(1);
  return decode64(text, kStandardInverse);
}
Result<Bytes> parse_base64_unpadded(std::string_view text) {
  return decode64(text, kStandardInverse);
}
Result<Bytes> parse_base64url(std::string_view text) { return decode64(text, kUrlInverse); }

std::string to_bech32(std::string_view hrp, ByteView data) {
  Bytes groups;
  const std::uint32_t left = regroup(data, 8, 5, [&](std::uint8_t v) { groups.push_back(v); });
  const int count = static_cast<int>(left >> 16);
  if (count > 0) groups.push_back(static_cast<std::uint8_t>((left & 0xffffU) << (5 - count) & 31U));
  Bytes padded = groups;
  padded.resize(padded.size() + 6);
  const std::uint32_t sum = bech32_checksum(hrp, padded) ^ 1U;
  std::string out(hrp);
  out += '1';
  for (std::uint8_t group : groups) out += kBech32[group];
  for (int shift = 25; shift >= 0; shift -= 5) out += kBech32[sum >> shift & 31U];
  return out;
}

Result<Bech32> parse_bech32(std::string_view text) {
  const bool upper =
      std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  const bool lower =
      std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (upper && lower) return malformed("Bech32 in mixed case");
  std::string folded(text);
  for (char& c : folded) {
    if (c < 33 || c > 126) return malformed("a character that Bech32 does not have");
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const std::size_t one = folded.rfind('1');
  if (one == std::string::npos || one == 0 || folded.size() - one < 7) {
    return malformed("Bech32 without a prefix or a checksum");
  }
  Bech32 result{folded.substr(0, one), {}};
  Bytes groups;
  for (char c : std::string_view(folded).substr(one + 1)) {
    const int value = kBech32Inverse[static_cast<unsigned char>(c)];
    if (value < 0) return malformed("a character that Bech32 does not have");
    groups.push_back(static_cast<std::uint8_t>(value));
  }
  if (bech32_checksum(result.hrp, groups) != 1) return malformed("Bech32 with a wrong checksum");
  groups.resize(groups.size() - 6);
  const std::uint32_t left =
      regroup(groups, 5, 8, [&](std::uint8_t v) { result.data.push_back(v); });
  if (left >> 16 > 4 || (left & 0xffffU) != 0) return malformed("Bech32 with wrong padding");
  return result;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        byte < 128 && (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~');
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += "0123456789ABCDEF"[byte >> 4];
      out += "0123456789ABCDEF"[byte & 15U];
    }
  }
  return out;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return malformed("a broken percent escape");
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return malformed("a broken percent escape");
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

}  // namespace sealpost::base
