#include "register/record_json.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::reg {
namespace {

constexpr std::size_t kMaxFileName = 255;  // bytes
constexpr std::uint64_t kMaxNumber =
    (std::uint64_t{1} << 53) - 1;         // RFC 8785: what JSON keeps exact
constexpr std::size_t kBlobKeySize = 32;  // bytes

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

base::Error wrong(std::string_view key, std::string_view problem) {
  return bad_record("whose \"" + std::string(key) + "\" " + std::string(problem));
}

bool is_blob_key(std::string_view text) {
  auto bytes = base::parse_base64(text);
  if (!bytes) return false;
  const bool fits = bytes->size() == kBlobKeySize;
  crypto::wipe(*bytes);
  return fits;
}

}  // namespace

base::Error bad_record(std::string text) {
  return {base::Code::kMalformed, "a register record " + std::move(text), ""};
}

bool is_user_like(std::string_view text) {
  return !text.empty() && text.size() <= 64 && is_lower_or_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_lower_or_digit(c) || c == '.' || c == '-' || c == '_';
         });
}

bool is_purpose_like(std::string_view text) {
  return !text.empty() && text.size() <= 64 && is_lower_or_digit(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_language(std::string_view text) {
  if (text.empty() || text.size() > 35) return false;
  const auto parts = base::split(text, '-');
  return parts.front().size() >= 2 &&
         std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           return !part.empty() && part.size() <= 8 &&
                  std::all_of(part.begin(), part.end(), [](char c) {
                    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z');
                  });
         });
}

bool is_label(std::string_view text, std::size_t max) {
  return !text.empty() && text.size() <= max && text::is_plain(text);
}

bool is_recipient(std::string_view text) {
  const auto parts = base::parse_bech32(text);
  return parts && parts->hrp == "age" && parts->data.size() == 32 &&
         base::to_bech32("age", parts->data) == text;
}

bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_space = byte == '\t' || byte == '\n' || byte == '\r';
    if ((byte < 0x20 && !is_space) || byte == 0x7f) return true;
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\xff');
    if (byte == 0xc2 && next <= 0x9f) return true;  // C1
  }
  return false;
}

base::Result<base::Time> time_at(const text::Json& object, std::string_view key) {
  TRY(const std::string text, text::string_at(object, key));
  auto time = text::parse_time(text);
  // One moment has one spelling: seconds, and Z.
  if (!time || text::format_time(*time) != text) return wrong(key, "is not a time in UTC");
  return time;
}

base::Result<std::optional<base::Time>> maybe_time_at(const text::Json& object,
                                                      std::string_view key) {
  if (!object.contains(key)) return std::optional<base::Time>();
  TRY(const base::Time time, time_at(object, key));
  return std::optional<base::Time>(time);
}

base::Result<base::Bytes> maybe_sealed_at(const text::Json& object, std::string_view key) {
  if (!object.contains(key)) return base::Bytes();
  TRY(const std::string text, text::string_at(object, key));
  return base::parse_base64(text);
}

base::Result<std::string> maybe_string_at(const text::Json& object, std::string_view key) {
  if (!object.contains(key)) return std::string();
  return text::string_at(object, key);
}

base::Result<std::optional<bool>> maybe_bool_at(const text::Json& object, std::string_view key) {
  if (!object.contains(key)) return std::optional<bool>();
  TRY(const bool value, text::bool_at(object, key));
  return std::optional<bool>(value);
}

base::Result<std::vector<std::string>> strings_at(const text::Json& object, std::string_view key) {
  TRY(const text::Json* array, text::array_at(object, key));
  std::vector<std::string> values;
  for (const text::Json& value : *array) {
    if (!value.is_string()) return wrong(key, "is not an array of texts");
    values.push_back(value.get<std::string>());
  }
  return values;
}

base::Result<crypto::Digest> digest_at(const text::Json& object, std::string_view key) {
  TRY(const std::string text, text::string_at(object, key));
  const auto bytes = base::parse_hex(text);
  if (!bytes || base::to_hex(*bytes) != text || bytes->size() != crypto::Digest{}.size()) {
    return wrong(key, "is not a SHA-256 hash in lower-case hexadecimal");
  }
  return crypto::digest_from(*bytes);
}

base::Result<void> check_file(const File& file) {
  if (!is_label(file.name, kMaxFileName)) {
    return bad_record("of a file whose name is not plain text of at most 255 bytes");
  }
  if (file.size > kMaxNumber || file.blob_size > kMaxNumber) {
    return bad_record("of a file that is too large");
  }
  if (!base::is_lower_hex(file.blob, 32))
    return bad_record("of a file whose blob is not 32 hex digits");
  if (!is_blob_key(file.key)) return bad_record("of a file whose key is not 32 bytes in base64");
  return {};
}

text::Json file_to_json(const File& file) {
  return {{"name", file.name}, {"size", file.size},           {"sha256", base::to_hex(file.sha256)},
          {"blob", file.blob}, {"blob-size", file.blob_size}, {"root", base::to_hex(file.root)},
          {"key", file.key}};
}

base::Result<File> file_from_json(const text::Json& object) {
  File file;
  TRY(file.name, text::string_at(object, "name"));
  TRY(file.size, text::number_at(object, "size"));
  TRY(file.sha256, digest_at(object, "sha256"));
  TRY(file.blob, text::string_at(object, "blob"));
  TRY(file.blob_size, text::number_at(object, "blob-size"));
  TRY(file.root, digest_at(object, "root"));
  TRY(file.key, text::string_at(object, "key"));
  TRY(check_file(file));
  return file;
}

base::Result<void> check_facts(const FileFacts& facts) {
  if (!facts.name.empty() && !is_label(facts.name, kMaxFileName)) {
    return bad_record("of a file whose name is not plain text of at most 255 bytes");
  }
  return facts.size <= kMaxNumber ? base::Result<void>()
                                  : bad_record("of a file that is too large");
}

text::Json facts_to_json(const FileFacts& facts) {
  return {{"name", facts.name}, {"size", facts.size}, {"sha256", base::to_hex(facts.sha256)}};
}

base::Result<FileFacts> facts_from_json(const text::Json& object) {
  FileFacts facts;
  TRY(facts.name, text::string_at(object, "name"));
  TRY(facts.size, text::number_at(object, "size"));
  TRY(facts.sha256, digest_at(object, "sha256"));
  TRY(check_facts(facts));
  return facts;
}

}  // namespace sealpost::reg
