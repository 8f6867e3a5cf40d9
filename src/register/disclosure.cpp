#include "register/disclosure.hpp"

#include <algorithm>

#include "register/record_json.hpp"
#include "text/safety.hpp"

namespace sealpost::reg {
namespace {

// As JSON a line end or a quotation mark takes two bytes.
constexpr std::size_t kMaxEscaped = 3800;

std::size_t escaped_size(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ? 2 : 1;
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// How many bytes of the text make the next part: whole characters.
std::size_t next_part(std::string_view text) {
  std::size_t size = 0;
  std::size_t escaped = 0;
  while (size < text.size() && size < kMaxDisclosurePart) {
    escaped += escaped_size(text[size]);
    if (escaped > kMaxEscaped) break;
    ++size;
  }
  while (size < text.size() && continues(text[size])) --size;
  return size;
}

}  // namespace

base::Result<std::vector<DisclosureRecord>> split_disclosure(std::string_view text) {
  const base::Error unfit{
      base::Code::kMalformed,
      "a disclosure is UTF-8 text of at most 180 KiB without control characters", ""};
  if (text.empty() || !text::is_utf8(text) || has_control(text)) return unfit;
  const crypto::Digest sha256 = crypto::sha256(base::as_bytes(text));
  std::vector<DisclosureRecord> parts;
  while (!text.empty()) {
    const std::size_t size = next_part(text);
    parts.push_back({sha256, parts.size(), 0, std::string(text.substr(0, size))});
    text.remove_prefix(size);
  }
  if (parts.size() > kMaxDisclosureParts) return unfit;
  for (DisclosureRecord& part : parts) part.parts = parts.size();
  return parts;
}

base::Result<std::string> join_disclosure(const std::vector<DisclosureRecord>& parts) {
  const base::Error broken{base::Code::kVerificationFailed,
                           "the parts of a disclosure do not make the text that they name", ""};
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool fits = parts[i].part == i && parts[i].parts == parts.size() &&
                      parts[i].sha256 == parts.front().sha256;
    if (!fits) return broken;
    text += parts[i].text;
  }
  if (parts.empty() || crypto::sha256(base::as_bytes(text)) != parts.front().sha256) return broken;
  return text;
}

}  // namespace sealpost::reg
