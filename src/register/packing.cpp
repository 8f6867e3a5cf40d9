#include "register/packing.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace sealpost::reg {

void Packer::number(std::uint64_t value) {
  int width = 0;
  for (std::uint64_t rest = value; rest != 0; rest >>= 8) ++width;
  bytes_.push_back(static_cast<std::uint8_t>(width));
  if (width > 0) base::append_be(bytes_, value, width);
}

void Packer::blob(base::ByteView value) {
  number(value.size());
  base::append(bytes_, value);
}

void Packer::word(std::string_view value) {
  const auto found = std::find(known_.begin(), known_.end(), value);
  if (found != known_.end()) {
    number(static_cast<std::uint64_t>(found - known_.begin()) + 1);
    return;
  }
  number(0);
  text(value);
  known_.emplace_back(value);
}

void Packer::words(const std::vector<std::string>& values) {
  number(values.size());
  for (const std::string& value : values) word(value);
}

void Packer::hex(std::string_view digits) { blob(base::parse_hex(digits).value_or({})); }

void Packer::maybe_time(const std::optional<base::Time>& value) {
  flag(value.has_value());
  if (value) time(*value);
}

void Packer::position(const Position& value) {
  number(value.entry);
  number(value.leaf);
  time(value.at);
  word(value.by);
}

void Packer::file(const File& value) {
  text(value.name);
  number(value.size);
  digest(value.sha256);
  hex(value.blob);
  number(value.blob_size);
  digest(value.root);
  text(value.key);
}

Unpacker::Unpacker(base::ByteView bytes, std::uint8_t version) : all_(bytes), reader_(bytes) {
  failed_ = reader_.be(1).value_or(0) != version;
}

base::ByteView Unpacker::take(std::uint64_t size) {
  if (failed_ || size > reader_.rest().size()) {
    failed_ = true;
    return {};
  }
  return reader_.take(size).value_or({});
}

std::uint64_t Unpacker::number() {
  const base::ByteView width = take(1);
  if (failed_ || width[0] == 0) return 0;
  base::Reader digits(take(width[0]));
  const auto value = digits.be(std::min<int>(width[0], 8));
  failed_ = failed_ || width[0] > 8 || !value;
  return failed_ ? 0 : *value;
}

std::size_t Unpacker::count() {
  const std::uint64_t value = number();
  failed_ = failed_ || value > reader_.rest().size();
  return failed_ ? 0 : value;
}

base::Bytes Unpacker::blob() { return base::to_bytes(take(number())); }
std::string Unpacker::text() { return std::string(base::as_text(take(number()))); }

std::string Unpacker::word() {
  const std::uint64_t index = number();
  if (index == 0) return known_.emplace_back(text());
  if (index > known_.size()) {
    failed_ = true;
    return {};
  }
  return known_[index - 1];
}

std::vector<std::string> Unpacker::words() {
  std::vector<std::string> values(count());
  for (std::string& value : values) value = word();
  return values;
}

std::string Unpacker::hex() { return base::to_hex(blob()); }

crypto::Digest Unpacker::digest() {
  crypto::Digest digest{};
  const base::ByteView bytes = take(digest.size());
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

base::Time Unpacker::time() {
  return base::Time(base::milliseconds(static_cast<std::int64_t>(number())));
}

std::optional<base::Time> Unpacker::maybe_time() {
  if (!flag()) return std::nullopt;
  return time();
}

Position Unpacker::position() {
  Position value;
  value.entry = number();
  value.leaf = number();
  value.at = time();
  value.by = word();
  return value;
}

File Unpacker::file() {
  File value;
  value.name = text();
  value.size = number();
  value.sha256 = digest();
  value.blob = hex();
  value.blob_size = number();
  value.root = digest();
  value.key = text();
  return value;
}

base::Result<void> Unpacker::done(base::ByteView again) const {
  const bool same = std::equal(all_.begin(), all_.end(), again.begin(), again.end());
  if (!failed_ && same) return {};
  return base::Error{base::Code::kMalformed, "a stored value of the register is out of form", ""};
}

}  // namespace sealpost::reg
