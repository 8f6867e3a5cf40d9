#include "base/bytes.hpp"

#include <charconv>

namespace sealpost::base {

void append_be(Bytes& out, std::uint64_t value, int width) {
  for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

Result<std::uint64_t> parse_decimal(std::string_view text, std::uint64_t max) {
  const Error bad{Code::kMalformed, "not a whole number in range", ""};
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return bad;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > max) return bad;
  return value;
}

Result<std::uint64_t> Reader::be(int width) {
  TRY(ByteView piece, take(static_cast<std::size_t>(width)));
  std::uint64_t value = 0;
  for (std::uint8_t byte : piece) value = value << 8 | byte;
  return value;
}

Result<ByteView> Reader::take(std::size_t count) {
  if (count > rest_.size()) return Error{Code::kMalformed, "the data ends too early", ""};
  ByteView piece = rest_.first(count);
  rest_ = rest_.subspan(count);
  return piece;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

}  // namespace sealpost::base
