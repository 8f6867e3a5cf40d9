// Byte strings and the one checked reader for integers that come from outside.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sealpost::base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

// Views and copies between text and bytes; nothing is validated. A view lives as long as its
// source.
inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }
inline Bytes to_bytes(ByteView bytes) { return {bytes.begin(), bytes.end()}; }
inline void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }

// Appends `width` bytes (1..8) of value, big endian; higher bits are dropped.
void append_be(Bytes& out, std::uint64_t value, int width);

// The text as an unsigned decimal without sign, leading zero (unless "0") or anything behind it,
// not above `max`. kMalformed otherwise.
Result<std::uint64_t> parse_decimal(std::string_view text, std::uint64_t max = UINT64_MAX);

// Reads fixed-width pieces off the front of a byte string. Borrows: the bytes must outlive it.
// A read past the end fails with kMalformed and consumes nothing.
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}
  Result<std::uint64_t> be(int width);  // 1..8 bytes, big endian
  Result<ByteView> take(std::size_t count);
  ByteView rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  ByteView rest_;
};

// The parts of `text` between separators; "a,,b" has three, "" has one.
std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace sealpost::base
