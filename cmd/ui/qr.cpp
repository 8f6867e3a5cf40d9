#include "cmd/ui/qr.hpp"

#include <qrencode.h>

#include <memory>

#include "base/bytes.hpp"

namespace sealpost::ui {
namespace {

constexpr int kQuietZone = 2;

// Two rows of modules in one line of characters.
constexpr std::string_view glyph(bool upper, bool lower) {
  if (upper && lower) return " ";
  if (upper) return "\u2584";
  if (lower) return "\u2580";
  return "\u2588";
}

}  // namespace

base::Result<std::string> qr_picture(std::string_view text) {
  const base::Bytes bytes = base::to_bytes(text);
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(bytes.size()), bytes.data(), 0, QR_ECLEVEL_L),
      &QRcode_free);
  if (!code) {
    return base::Error{base::Code::kUsage, "too long for a QR code", "leave --qr out"};
  }
  const auto dark = [&](int row, int column) {
    const bool inside = row >= 0 && row < code->width && column >= 0 && column < code->width;
    return inside && (code->data[row * code->width + column] & 1) != 0;
  };
  std::string picture;
  for (int row = -kQuietZone; row < code->width + kQuietZone; row += 2) {
    for (int column = -kQuietZone; column < code->width + kQuietZone; ++column) {
      picture += glyph(dark(row, column), dark(row + 1, column));
    }
    picture += '\n';
  }
  return picture;
}

}  // namespace sealpost::ui
