#include "link/keys.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "crypto/kdf.hpp"
#include "crypto/secret_base64.hpp"
#include "text/safety.hpp"

namespace sealpost::link {
namespace {

constexpr std::size_t kIdSize = 16;
constexpr std::size_t kKeySize = 32;
constexpr int kLogN = 15;
constexpr std::uint32_t kBlocks = 8;

void derive(base::ByteView from, std::string_view label, std::span<std::uint8_t> out) {
  crypto::hkdf_sha256(from, {}, "sealpost/v1/link/" + std::string(label), out);
}

// S, then what the passcode adds.
base::Result<crypto::SecretBytes> with_passcode(const LinkSecret& secret, base::ByteView id,
                                                std::string_view passcode) {
  if (passcode.empty()) return crypto::SecretBytes(base::ByteView(secret.expose()));
  if (passcode.size() > kMaxPasscode || !text::is_utf8(passcode)) {
    return base::Error{base::Code::kMalformed, "a passcode is UTF-8 text of at most 256 bytes", ""};
  }
  crypto::SecretBytes salt(LinkSecret::kSize + kIdSize);
  const auto s = secret.expose();
  std::copy(id.begin(), id.end(), std::copy(s.begin(), s.end(), salt.expose_mutable().begin()));
  std::string normal = text::nfkc(passcode);
  const auto stretched =
      crypto::scrypt(base::as_bytes(normal), salt.expose(), kLogN, kBlocks, 1, kKeySize);
  crypto::wipe({reinterpret_cast<std::uint8_t*>(normal.data()), normal.size()});
  if (!stretched) return stretched.error();
  crypto::SecretBytes out(LinkSecret::kSize + kKeySize);
  const auto p = stretched->expose();
  std::copy(p.begin(), p.end(), std::copy(s.begin(), s.end(), out.expose_mutable().begin()));
  return out;
}

}  // namespace

base::Result<Keys> derive_keys(const LinkSecret& secret, std::string_view passcode) {
  std::array<std::uint8_t, kKeySize> id{};
  derive(secret.expose(), "id", id);
  const base::ByteView kept = base::ByteView(id).first(kIdSize);
  TRY(const crypto::SecretBytes both, with_passcode(secret, kept, passcode));
  Keys keys;
  keys.id = base::to_hex(kept);
  derive(secret.expose(), "fetch", keys.fetch.expose_mutable());
  derive(both.expose(), "open", keys.open.expose_mutable());
  derive(both.expose(), "answer", keys.answer.expose_mutable());
  crypto::SecretBytes password(kKeySize);
  derive(both.expose(), "age", password.expose_mutable());
  keys.password = crypto::to_secret_base64(password.expose());
  return keys;
}

}  // namespace sealpost::link
