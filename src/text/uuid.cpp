#include "text/uuid.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"

namespace sealpost::text {
namespace {

std::string format(std::array<std::uint8_t, 16> bytes, unsigned version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | version << 4);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
  std::string hex = base::to_hex(bytes);
  for (std::size_t at : {20U, 16U, 12U, 8U}) hex.insert(at, 1, '-');
  return hex;
}

}  // namespace

std::string uuid_v7(base::Time now, base::Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  const auto millis = static_cast<std::uint64_t>(now.time_since_epoch().count());
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  return format(bytes, 7);
}

std::string uuid_v8(base::ByteView hash) {
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(hash.begin(), std::min(hash.size(), bytes.size()), bytes.begin());
  return format(bytes, 8);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36 || (text[14] != '7' && text[14] != '8')) return false;
  if (std::string_view("89ab").find(text[19]) == std::string_view::npos) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace sealpost::text
