#include "age/armor.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace sealpost::age {
namespace {

constexpr std::size_t kColumns = 64;
constexpr std::size_t kLineBytes = kColumns / 4 * 3;
constexpr std::size_t kMaxSpace = 1024;  // characters of white space before, and again behind
constexpr std::size_t kReadSize = 64 << 10;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

}  // namespace

base::Result<void> ArmorSink::write_lines(base::ByteView bytes) {
  const std::string text = base::to_base64(bytes);
  base::Bytes lines;
  lines.reserve(text.size() + text.size() / kColumns + 1);
  for (std::size_t at = 0; at < text.size(); at += kColumns) {
    base::append(lines, base::as_bytes(std::string_view(text).substr(at, kColumns)));
    lines.push_back('\n');
  }
  return sink_.write(lines);
}

base::Result<void> ArmorSink::write(base::ByteView bytes) {
  if (!begun_) {
    TRY(sink_.write(base::as_bytes(std::string(kArmorBegin) + "\n")));
    begun_ = true;
  }
  if (!held_.empty()) {
    const auto more = bytes.first(std::min(bytes.size(), kLineBytes - held_.size()));
    base::append(held_, more);
    bytes = bytes.subspan(more.size());
    if (held_.size() < kLineBytes) return {};
    TRY(write_lines(held_));
  }
  const std::size_t whole = bytes.size() / kLineBytes * kLineBytes;
  held_ = base::to_bytes(bytes.subspan(whole));
  if (whole == 0) return {};
  return write_lines(bytes.first(whole));
}

base::Result<void> ArmorSink::finish() {
  TRY(write({}));
  if (!held_.empty()) TRY(write_lines(held_));
  held_.clear();
  return sink_.write(base::as_bytes(std::string(kArmorEnd) + "\n"));
}

base::Error ArmorSource::refuse(std::string_view text) {
  broken_ = true;
  return {base::Code::kVerificationFailed, "the armor is damaged: " + std::string(text), ""};
}

// The next line without its end; false when there is none.
base::Result<bool> ArmorSource::next_line(std::string& line) {
  std::size_t searched = raw_at_;
  for (;;) {
    const auto begin = raw_.begin() + static_cast<std::ptrdiff_t>(raw_at_);
    const auto end =
        std::find(raw_.begin() + static_cast<std::ptrdiff_t>(searched), raw_.end(), '\n');
    if (end != raw_.end()) {
      line.assign(begin, end);
      raw_at_ += line.size() + 1;
      if (line.ends_with('\r')) line.pop_back();
      return true;
    }
    if (raw_.size() - raw_at_ > kMaxSpace) return refuse("a line is too long");
    raw_.erase(raw_.begin(), begin);
    raw_at_ = 0;
    searched = raw_.size();
    raw_.resize(searched + kReadSize);
    auto count = source_.read(std::span(raw_).subspan(searched));
    raw_.resize(searched + (count ? *count : 0));
    if (!count) return std::move(count).error();
    if (*count > 0) continue;
    line.assign(raw_.begin(), raw_.end());
    raw_.clear();
    return !line.empty();
  }
}

base::Result<void> ArmorSource::begin() {
  std::string line;
  for (std::size_t space = 0; space <= kMaxSpace; space += line.size() + 1) {
    TRY(const bool more, next_line(line));
    if (!more) return refuse("there is no opening line");
    if (is_blank(line)) continue;
    if (line != kArmorBegin) return refuse("the opening line is a different one");
    place_ = Place::kInside;
    return {};
  }
  return refuse("too much white space before it");
}

base::Result<void> ArmorSource::finish() {
  place_ = Place::kBehind;
  std::string line;
  for (std::size_t space = 0; space <= kMaxSpace; space += line.size() + 1) {
    TRY(const bool more, next_line(line));
    if (!more) return {};
    if (!is_blank(line)) return refuse("something follows it");
  }
  return refuse("too much white space behind it");
}

base::Result<void> ArmorSource::take_line(const std::string& line) {
  if (line.size() > kColumns) return refuse("a line is too long");
  const auto bytes = base::parse_base64(line);
  if (!bytes) return refuse("a line is not canonical base64");
  if (bytes->empty() || short_line_) return refuse("a line is too short");
  short_line_ = bytes->size() < kLineBytes;
  base::append(decoded_, *bytes);
  return {};
}

// Decodes at least one line, and as many as are there without another read.
base::Result<void> ArmorSource::decode_more() {
  decoded_.clear();
  decoded_at_ = 0;
  std::string line;
  do {
    TRY(const bool more, next_line(line));
    if (!more) return refuse("there is no closing line");
    if (line == kArmorEnd) return finish();
    TRY(take_line(line));
  } while (decoded_.size() < kReadSize);
  return {};
}

base::Result<std::size_t> ArmorSource::read(std::span<std::uint8_t> out) {
  if (broken_) return refuse("it cannot be read further");
  if (place_ == Place::kBefore) TRY(begin());
  if (decoded_at_ == decoded_.size() && place_ == Place::kInside) {
    // What was decoded before a damaged line still counts; the damage shows in the next read.
    if (auto result = decode_more(); !result && decoded_.empty()) return std::move(result).error();
  }
  const std::size_t count = std::min(out.size(), decoded_.size() - decoded_at_);
  std::copy_n(decoded_.begin() + static_cast<std::ptrdiff_t>(decoded_at_), count, out.begin());
  decoded_at_ += count;
  return count;
}

}  // namespace sealpost::age
