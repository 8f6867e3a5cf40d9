#include "message/attachment_field.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "message/attachment.hpp"

namespace sealpost::message {
namespace {

base::Error malformed(std::string_view text) {
  return {base::Code::kMalformed, "an attachment " + std::string(text), ""};
}

bool is_lower_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// "restricted-name-chars" of RFC 6838 §4.2.
bool is_type_part(std::string_view text) {
  constexpr std::string_view kMarks = "!#$&-^_.+";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_media_type(std::string_view text) {
  const auto parts = base::split(text, '/');
  return text.size() <= kMaxLabel && parts.size() == 2 && is_type_part(parts[0]) &&
         is_type_part(parts[1]);
}

bool is_blob_key(std::string_view text) {
  auto bytes = base::parse_base64(text);
  if (!bytes) return false;
  const bool fits = bytes->size() == kBlobKeySize;
  crypto::wipe(*bytes);
  return fits;
}

base::Result<void> check(const Attachment& attachment) {
  if (!is_lower_hex(attachment.blob, 32)) return malformed("whose blob is not 32 hex digits");
  if (attachment.size > kMaxAttachmentSize) return malformed("that is too large");
  if (attachment.ciphertext_size != blob_ciphertext_size(attachment.size)) {
    return malformed("whose two sizes do not belong together");
  }
  if (!is_blob_key(attachment.key)) return malformed("whose key is not 32 bytes in base64");
  if (!is_media_type(attachment.media_type)) return malformed("whose media type is out of form");
  if (attachment.name.empty()) return malformed("without a name");
  if (attachment.name.size() > kMaxLabel) return malformed("whose name is longer than 255 bytes");
  return {};
}

}  // namespace

base::Result<std::string> format_attachment(const Attachment& attachment) {
  TRY(check(attachment));
  return attachment.blob + " " + std::to_string(attachment.size) + " " +
         std::to_string(attachment.ciphertext_size) + " " + base::to_hex(attachment.root) + " " +
         attachment.key + " " + attachment.media_type + " " + base::percent_encode(attachment.name);
}

base::Result<Attachment> parse_attachment(std::string_view value) {
  const auto parts = base::split(value, ' ');
  if (parts.size() != 7) return malformed("that does not have seven parts");
  Attachment attachment;
  attachment.blob = parts[0];
  TRY(attachment.size, base::parse_decimal(parts[1]));
  TRY(attachment.ciphertext_size, base::parse_decimal(parts[2]));
  TRY(const base::Bytes root, base::parse_hex(parts[3]));
  TRY(attachment.root, crypto::digest_from(root));
  attachment.key = parts[4];
  attachment.media_type = parts[5];
  TRY(attachment.name, base::percent_decode(parts[6]));
  TRY(check(attachment));
  return attachment;
}

}  // namespace sealpost::message
