#include "relay/handlers/blob_rules.hpp"

#include <algorithm>

namespace sealpost::relay {
namespace {

constexpr std::size_t kIdDigits = 32;

base::Error bad_range() { return {base::Code::kMalformed, "the range does not fit the blob", ""}; }

}  // namespace

base::Result<void> check_blob_id(std::string_view id) {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (id.size() == kIdDigits && std::all_of(id.begin(), id.end(), hex)) return {};
  return base::Error{base::Code::kMalformed, "the id of a blob has 32 hex digits", ""};
}

std::uint64_t part_count(std::uint64_t size) {
  return (size + wire::kPartSize - 1) / wire::kPartSize;
}

std::uint64_t part_size(std::uint64_t size, std::uint64_t part) {
  return std::min(wire::kPartSize, size - part * wire::kPartSize);
}

base::Result<ByteRange> parse_range(std::string_view header, std::uint64_t size) {
  if (header.empty()) return ByteRange{0, size, false};
  constexpr std::string_view kUnit = "bytes=";
  const std::size_t dash = header.find('-');
  if (!header.starts_with(kUnit) || dash == std::string_view::npos) return bad_range();
  const std::string_view from = header.substr(kUnit.size(), dash - kUnit.size());
  const std::string_view to = header.substr(dash + 1);
  if (from.empty()) {
    const auto count = base::parse_decimal(to);
    if (!count || *count == 0) return bad_range();
    const std::uint64_t length = std::min(*count, size);
    return ByteRange{size - length, length, true};
  }
  const auto first = base::parse_decimal(from);
  if (!first || *first >= size) return bad_range();
  const auto last = to.empty() ? base::Result<std::uint64_t>(size - 1) : base::parse_decimal(to);
  if (!last || *last < *first) return bad_range();
  return ByteRange{*first, std::min(*last, size - 1) - *first + 1, true};
}

Reply range_reply(base::Fd file, const ByteRange& range, std::uint64_t size) {
  Reply out;
  out.type = "application/octet-stream";
  out.file = FileRange{std::move(file), range.first, range.length};
  out.headers.emplace_back("Accept-Ranges", "bytes");
  if (!range.asked) return out;
  out.status = 206;
  out.headers.emplace_back("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                std::to_string(range.first + range.length - 1) +
                                                "/" + std::to_string(size));
  return out;
}

}  // namespace sealpost::relay
