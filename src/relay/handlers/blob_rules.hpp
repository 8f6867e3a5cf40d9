// The arithmetic of blobs and byte ranges (RFC 9110 §14). Pure.
#pragma once

#include <string_view>

#include "relay/written.hpp"

namespace sealpost::relay {

// 32 lower-case hex digits; kMalformed.
base::Result<void> check_blob_id(std::string_view id);
std::uint64_t part_count(std::uint64_t size);
std::uint64_t part_size(std::uint64_t size, std::uint64_t part);

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
  bool asked = false;  // by a Range header
};
// One range of the form "bytes=a-b", "bytes=a-" or "bytes=-n"; no header: everything. kMalformed
// when it is another or lies outside.
base::Result<ByteRange> parse_range(std::string_view header, std::uint64_t size);
Reply range_reply(base::Fd file, const ByteRange& range, std::uint64_t size);

}  // namespace sealpost::relay
