#include "age/secret_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sealpost::age {
namespace {

constexpr std::string_view kAlphabet = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
constexpr std::size_t kChecksumSize = 6;
constexpr std::size_t kMaxText = 256;  // characters; real identities have 74

// All ones when a == b, else zero.
std::uint32_t same(std::uint32_t a, std::uint32_t b) { return ((a ^ b) - 1U) >> 31 ? ~0U : 0U; }

// The letter of a five-bit group; every letter is looked at, whichever it is.
std::uint8_t letter(std::uint8_t group) {
  std::uint32_t found = 0;
  for (std::uint32_t i = 0; i < kAlphabet.size(); ++i) {
    found |= same(i, group) & static_cast<std::uint8_t>(kAlphabet[i]);
  }
  return static_cast<std::uint8_t>(found);
}

// The group of a letter, 0xff for any other character.
std::uint8_t group_of(std::uint8_t character) {
  std::uint32_t found = 0xff;
  for (std::uint32_t i = 0; i < kAlphabet.size(); ++i) {
    const std::uint32_t hit = same(static_cast<std::uint8_t>(kAlphabet[i]), character);
    found = (found & ~hit) | (i & hit);
  }
  return static_cast<std::uint8_t>(found);
}

class Checksum {
 public:
  explicit Checksum(std::string_view prefix) {
    for (const char c : prefix) add(lower(c) >> 5);
    add(0);
    for (const char c : prefix) add(lower(c) & 31U);
  }
  void add(std::uint32_t value) {
    constexpr std::array<std::uint32_t, 5> kGenerator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                                      0x3d4233dd, 0x2a1462b3};
    const std::uint32_t top = sum_ >> 25;
    sum_ = (sum_ & 0x1ffffffU) << 5 ^ value;
    for (std::size_t i = 0; i < kGenerator.size(); ++i)
      sum_ ^= (0U - (top >> i & 1U)) & kGenerator[i];
  }
  std::uint32_t sum() const { return sum_; }

 private:
  static std::uint32_t lower(char c) {
    return static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  std::uint32_t sum_ = 1;
};

base::Error malformed() { return {base::Code::kMalformed, "not a Bech32 secret", ""}; }

// Eight-bit bytes from five-bit groups; false unless what is left over is fewer than five zero
// bits.
bool join(base::ByteView groups, std::span<std::uint8_t> out) {
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t done = 0;
  for (const std::uint8_t group : groups) {
    bits = (bits << 5 | group) & 0xfffU;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    out[done++] = static_cast<std::uint8_t>(bits >> count);
  }
  return count < 5 && (bits & ((1U << count) - 1U)) == 0;
}

}  // namespace

crypto::SecretBytes to_secret_bech32(std::string_view prefix, base::ByteView secret) {
  const std::size_t groups = (secret.size() * 8 + 4) / 5;
  crypto::SecretBytes text(prefix.size() + 1 + groups + kChecksumSize);
  std::uint8_t* out = std::copy(prefix.begin(), prefix.end(), text.expose_mutable().data());
  *out++ = '1';
  Checksum checksum(prefix);
  std::uint32_t bits = 0;
  int count = 0;
  const auto emit = [&](std::uint32_t group) {
    checksum.add(group);
    *out++ = letter(static_cast<std::uint8_t>(group));
  };
  for (const std::uint8_t byte : secret) {
    bits = (bits << 8 | byte) & 0xfffU;
    for (count += 8; count >= 5; count -= 5) emit(bits >> (count - 5) & 31U);
  }
  if (count > 0) emit(bits << (5 - count) & 31U);
  for (std::size_t i = 0; i < kChecksumSize; ++i) checksum.add(0);
  const std::uint32_t sum = checksum.sum() ^ 1U;
  for (int shift = 25; shift >= 0; shift -= 5) *out++ = letter(sum >> shift & 31U);
  return text;
}

base::Result<crypto::SecretBytes> parse_secret_bech32(std::string_view prefix,
                                                      std::string_view text) {
  const std::size_t skip = prefix.size() + 1;
  if (text.size() < skip + kChecksumSize || text.size() > kMaxText) return malformed();
  if (!text.starts_with(prefix) || text[prefix.size()] != '1') return malformed();
  text.remove_prefix(skip);
  crypto::SecretBytes groups(text.size());
  Checksum checksum(prefix);
  bool known = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint8_t group = group_of(static_cast<std::uint8_t>(text[i]));
    known = known && group != 0xff;
    checksum.add(group);
    groups.expose_mutable()[i] = group;
  }
  if (!known || checksum.sum() != 1) return malformed();
  groups.truncate(groups.size() - kChecksumSize);
  crypto::SecretBytes secret(groups.size() * 5 / 8);
  if (!join(groups.expose(), secret.expose_mutable())) return malformed();
  return secret;
}

}  // namespace sealpost::age
