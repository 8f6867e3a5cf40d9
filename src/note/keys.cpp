#include "note/keys.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "text/safety.hpp"

namespace sealpost::note {
namespace {

base::Error malformed(std::string_view why) {
  return {base::Code::kMalformed, std::string(why), ""};
}

// Every character of Unicode's White_Space property, in UTF-8.
constexpr std::array<std::string_view, 25> kSpaces{
    "\t",           "\n",           "\v",           "\f",           "\r",           " ",
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82",
    "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
    "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
    "\xE3\x80\x80"};

std::string id_hex(std::uint32_t id) {
  base::Bytes bytes;
  base::append_be(bytes, id, kIdSize);
  return base::to_hex(bytes);
}

// type || public key, the last part of a vkey.
base::Result<crypto::VerifyKey> parse_public_key(std::string_view text, std::uint8_t type) {
  auto bytes = base::parse_base64(text);
  if (!bytes || bytes->empty()) return malformed("a verifier key that is not base64");
  if (bytes->front() != type) return malformed("a verifier key of an unknown algorithm");
  crypto::VerifyKey key;
  if (bytes->size() != key.size() + 1) return malformed("a verifier key of the wrong length");
  std::copy(bytes->begin() + 1, bytes->end(), key.begin());
  return key;
}

}  // namespace

bool is_key_name(std::string_view name) {
  const bool spaced = std::any_of(kSpaces.begin(), kSpaces.end(), [&](std::string_view space) {
    return name.find(space) != std::string_view::npos;
  });
  return !name.empty() && !spaced && name.find('+') == std::string_view::npos &&
         text::is_utf8(name);
}

base::Result<void> check_key_name(std::string_view name) {
  if (is_key_name(name)) return {};
  return malformed("a key's name is not empty and holds neither spaces nor \"+\"");
}

std::uint32_t key_id(std::string_view name, std::uint8_t type, const crypto::VerifyKey& key) {
  const std::array<std::uint8_t, 2> separator_and_type{'\n', type};
  const crypto::Digest digest = crypto::sha256({base::as_bytes(name), separator_and_type, key});
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < kIdSize; ++i) id = id << 8 | digest[i];
  return id;
}

std::string format_vkey(std::string_view name, std::uint8_t type, const crypto::VerifyKey& key) {
  base::Bytes typed{type};
  base::append(typed, key);
  return std::string(name) + "+" + id_hex(key_id(name, type, key)) + "+" + base::to_base64(typed);
}

base::Result<NamedKey> parse_vkey(std::string_view vkey, std::uint8_t type) {
  const std::size_t first = vkey.find('+');
  const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) {
    return base::Error{base::Code::kMalformed, "not a verifier key",
                       "it has the form name+hash+base64"};
  }
  NamedKey out;
  TRY(out.key, parse_public_key(vkey.substr(second + 1), type));
  out.name = vkey.substr(0, first);
  TRY(check_key_name(out.name));
  if (vkey.substr(first + 1, second - first - 1) != id_hex(key_id(out.name, type, out.key))) {
    return base::Error{base::Code::kMalformed, "a verifier key whose hash is wrong",
                       "copy it again, the whole line"};
  }
  return out;
}

std::string signature_line(std::string_view name, std::uint32_t id, base::ByteView signature) {
  base::Bytes payload;
  base::append_be(payload, id, kIdSize);
  base::append(payload, signature);
  return std::string(kDash) + std::string(name) + " " + base::to_base64(payload) + "\n";
}

}  // namespace sealpost::note
