#include "trust/invitation_token.hpp"

#include <algorithm>
#include <array>

#include "text/safety.hpp"
#include "trust/statements.hpp"

namespace sealpost::trust {
namespace {

using base::Error;
using base::Result;
using crypto::SecretBytes;

// checksum[8] || seed[32] || five lines || invitation note. The checksum is the head of the SHA-256
// of all that follows it.
constexpr std::size_t kChecksum = 8;
constexpr std::size_t kSeedEnd = kChecksum + crypto::SigningSeed::kSize;
constexpr std::size_t kMaxToken = 64 << 10;  // characters
constexpr std::string_view kNoPin = "-";

Error malformed(std::string text) {
  return {base::Code::kMalformed, std::move(text),
          "give the whole line that `sealpost member invite` printed"};
}

// base64url without a look-up table, whose timing could tell something about a secret.
std::uint8_t to_digit(std::uint32_t six) {
  if (six < 26) return static_cast<std::uint8_t>('A' + six);
  if (six < 52) return static_cast<std::uint8_t>('a' + (six - 26));
  if (six < 62) return static_cast<std::uint8_t>('0' + (six - 52));
  return six == 62 ? '-' : '_';
}

// 64 for a character that is no digit.
std::uint32_t from_digit(std::uint8_t c) {
  if (c >= 'A' && c <= 'Z') return c - std::uint32_t{'A'};
  if (c >= 'a' && c <= 'z') return c - std::uint32_t{'a'} + 26;
  if (c >= '0' && c <= '9') return c - std::uint32_t{'0'} + 52;
  if (c == '-') return 62;
  return c == '_' ? 63 : 64;
}

void encode(base::ByteView in, std::span<std::uint8_t> out) {
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t at = 0;
  for (std::uint8_t byte : in) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6; count -= 6) out[at++] = to_digit(bits >> (count - 6) & 63U);
    bits &= 63U;
  }
  if (count > 0) out[at] = to_digit(bits << (6 - count) & 63U);
}

Result<SecretBytes> decode(base::ByteView digits) {
  SecretBytes out(digits.size() * 6 / 8);
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t at = 0;
  for (std::uint8_t digit : digits) {
    const std::uint32_t six = from_digit(digit);
    if (six > 63) return malformed("the invitation holds a character that does not belong there");
    bits = (bits << 6 | six) & 0x3fffU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.expose_mutable()[at++] = static_cast<std::uint8_t>(bits >> count);
  }
  if ((bits & ((1U << count) - 1)) != 0 || count == 6) {
    return malformed("the invitation is incomplete");
  }
  return out;
}

SecretBytes without_white_space(std::string_view text) {
  SecretBytes kept(text.size());
  std::size_t size = 0;
  for (char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) continue;
    kept.expose_mutable()[size++] = static_cast<std::uint8_t>(c);
  }
  kept.truncate(size);
  return kept;
}

base::ByteView checksum_of(const crypto::Digest& digest) {
  return base::ByteView(digest).first(kChecksum);
}

std::string public_part(const InvitationToken& token) {
  const std::string_view pin = token.relay_pin.empty() ? kNoPin : token.relay_pin;
  return token.root.vkey() + "\n" + token.relay_url + "\n" + std::string(pin) + "\n" +
         note::format_view(token.log) + "\n" + note::format_view(token.trust) + "\n" +
         token.invitation_note;
}

// The invitation is for this root's organisation and delegates to this seed.
Result<void> check(const InvitationToken& token) {
  TRY(const note::Note note, note::parse(token.invitation_note));
  TRY(const Invitation invitation, parse_invitation(note.text));
  if (!is_invitation_key(invitation.key.name(), token.root.name()) ||
      crypto::SigningKey::from_seed(token.seed).verify_key() != invitation.key.key()) {
    return malformed("the parts of the invitation do not belong together");
  }
  if (token.relay_url.empty() || !text::is_plain(token.relay_url + token.relay_pin)) {
    return malformed("the invitation names no relay");
  }
  return {};
}

Result<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return malformed("the invitation is incomplete");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Result<InvitationToken> parse_payload(base::ByteView payload) {
  InvitationToken token;
  TRY(token.seed, crypto::SigningSeed::from(payload.subspan(kChecksum, kSeedEnd - kChecksum)));
  std::string_view rest = base::as_text(payload.subspan(kSeedEnd));
  TRY(const std::string_view root, take_line(rest));
  TRY(token.root, note::Verifier::parse(root));
  TRY(token.relay_url, take_line(rest));
  TRY(const std::string_view pin, take_line(rest));
  token.relay_pin = pin == kNoPin ? std::string() : std::string(pin);
  TRY(const std::string_view log, take_line(rest));
  TRY(token.log, note::parse_view(log));
  TRY(const std::string_view trust, take_line(rest));
  TRY(token.trust, note::parse_view(trust));
  token.invitation_note = std::string(rest);
  TRY(check(token));
  return token;
}

}  // namespace

Result<SecretBytes> format_token(const InvitationToken& token) {
  TRY(check(token));
  const std::string lines = public_part(token);
  SecretBytes payload(kSeedEnd + lines.size());
  const auto bytes = payload.expose_mutable();
  const auto seed = token.seed.expose();
  std::copy(seed.begin(), seed.end(), bytes.begin() + kChecksum);
  std::copy(lines.begin(), lines.end(), bytes.begin() + kSeedEnd);
  const crypto::Digest digest = crypto::sha256(bytes.subspan(kChecksum));
  std::copy_n(digest.begin(), kChecksum, bytes.begin());
  SecretBytes out(kTokenPrefix.size() + (bytes.size() * 8 + 5) / 6);
  std::copy(kTokenPrefix.begin(), kTokenPrefix.end(), out.expose_mutable().begin());
  encode(bytes, out.expose_mutable().subspan(kTokenPrefix.size()));
  return out;
}

Result<InvitationToken> parse_token(std::string_view text) {
  if (text.size() > kMaxToken) return malformed("too long to be an invitation");
  const SecretBytes kept = without_white_space(text);
  if (!kept.expose_text().starts_with(kTokenPrefix)) return malformed("not an invitation");
  TRY(const SecretBytes payload, decode(kept.expose().subspan(kTokenPrefix.size())));
  if (payload.size() < kSeedEnd) return malformed("the invitation is incomplete");
  const crypto::Digest digest = crypto::sha256(payload.expose().subspan(kChecksum));
  if (!crypto::equal(checksum_of(digest), payload.expose().first(kChecksum))) {
    return malformed("the invitation is damaged or incomplete");
  }
  auto token = parse_payload(payload.expose());
  if (!token) return malformed("an invitation out of form: " + token.error().text);
  return token;
}

}  // namespace sealpost::trust
