// What every kind of signed-note key has: a name, an id, and the line that its signatures stand in.
// Internal to note. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "crypto/sign.hpp"

namespace sealpost::note {

// Signature types that C2SP signed-note assigns.
inline constexpr std::uint8_t kEd25519 = 0x01;
inline constexpr std::uint8_t kCosignature = 0x04;

inline constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014 and a space
inline constexpr std::size_t kIdSize = 4;                   // bytes

// Not empty, UTF-8, without Unicode white space and "+".
bool is_key_name(std::string_view name);
// kMalformed unless it is one.
base::Result<void> check_key_name(std::string_view name);
std::uint32_t key_id(std::string_view name, std::uint8_t type, const crypto::VerifyKey& key);
std::string format_vkey(std::string_view name, std::uint8_t type, const crypto::VerifyKey& key);

struct NamedKey {
  std::string name;
  crypto::VerifyKey key{};
};
// kMalformed for another type, a wrong hash or anything else out of form.
base::Result<NamedKey> parse_vkey(std::string_view vkey, std::uint8_t type);

// "— <name> <base64 of id and signature>\n"
std::string signature_line(std::string_view name, std::uint32_t id, base::ByteView signature);

}  // namespace sealpost::note
