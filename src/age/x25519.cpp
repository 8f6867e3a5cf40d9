#include "age/x25519.hpp"

#include <algorithm>

#include "age/secret_text.hpp"
#include "age/wrap.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"

namespace sealpost::age {
namespace {

constexpr std::string_view kType = "X25519";
constexpr std::string_view kInfo = "age-encryption.org/v1/X25519";
constexpr std::string_view kPublicPrefix = "age";
constexpr std::string_view kSecretPrefix = "AGE-SECRET-KEY-";

base::Error malformed(std::string_view text, std::string_view hint = "") {
  return {base::Code::kMalformed, std::string(text), std::string(hint)};
}

crypto::AeadKey wrap_key(const crypto::SharedSecret& shared, const crypto::X25519Public& share,
                         const crypto::X25519Public& recipient) {
  base::Bytes salt = base::to_bytes(base::ByteView(share));
  base::append(salt, recipient);
  crypto::AeadKey key;
  crypto::hkdf_sha256(shared.expose(), salt, kInfo, key.expose_mutable());
  return key;
}

// The ephemeral share that a stanza carries, once its shape is the one the spec asks for.
base::Result<crypto::X25519Public> parse_share(const Stanza& stanza) {
  if (stanza.arguments.size() != 1) return malformed("an X25519 stanza has one argument");
  TRY(const base::Bytes share, base::parse_base64_unpadded(stanza.arguments.front()));
  crypto::X25519Public point{};
  if (share.size() != point.size()) return malformed("an X25519 share has 32 bytes");
  if (stanza.body.size() != kWrappedSize) return malformed("an X25519 stanza wraps 32 bytes");
  std::copy(share.begin(), share.end(), point.begin());
  return point;
}

}  // namespace

base::Result<X25519Recipient> X25519Recipient::parse(std::string_view text) {
  const auto decoded = base::parse_bech32(text);
  crypto::X25519Public key{};
  if (!decoded || decoded->hrp != kPublicPrefix || decoded->data.size() != key.size() ||
      !text.starts_with(kPublicPrefix)) {
    return malformed("this is not an age X25519 recipient",
                     "recipients begin with age1 and come from sealpost keygen or age-keygen");
  }
  std::copy(decoded->data.begin(), decoded->data.end(), key.begin());
  return X25519Recipient(key);
}

std::string X25519Recipient::str() const { return base::to_bech32(kPublicPrefix, key_); }

base::Result<Stanza> X25519Recipient::wrap(const FileKey& file_key, base::Random& random) const {
  const auto ephemeral = crypto::X25519Secret::random(random);
  const crypto::X25519Public share = crypto::x25519_public(ephemeral);
  const auto shared = crypto::x25519(ephemeral, key_);
  if (!shared) return malformed("this recipient is not a key that anybody can hold");
  return Stanza{std::string(kType),
                {base::to_base64_unpadded(share)},
                wrap_file_key(file_key, wrap_key(*shared, share, key_))};
}

X25519Identity::X25519Identity(crypto::X25519Secret secret)
    : secret_(std::move(secret)), recipient_(crypto::x25519_public(secret_)) {}

X25519Identity X25519Identity::generate(base::Random& random) {
  return X25519Identity(crypto::X25519Secret::random(random));
}

base::Result<X25519Identity> X25519Identity::parse(std::string_view text) {
  const base::Error wrong =
      malformed("this is not an age X25519 identity",
                "identities begin with AGE-SECRET-KEY-1 and come from sealpost keygen");
  const auto bytes = parse_secret_bech32(kSecretPrefix, text);
  if (!bytes) return wrong;
  auto secret = crypto::X25519Secret::from(bytes->expose());
  if (!secret) return wrong;
  return X25519Identity(*std::move(secret));
}

crypto::SecretBytes X25519Identity::to_text() const {
  return to_secret_bech32(kSecretPrefix, secret_.expose());
}

base::Result<std::optional<FileKey>> X25519Identity::unwrap(std::span<const Stanza> stanzas) const {
  for (const Stanza& stanza : stanzas) {
    if (stanza.type != kType) continue;
    TRY(const crypto::X25519Public share, parse_share(stanza));
    const auto shared = crypto::x25519(secret_, share);
    if (!shared) return malformed("an X25519 share of small order");
    const auto key = wrap_key(*shared, share, recipient_.key());
    if (auto file_key = unwrap_file_key(stanza.body, key)) return file_key;
  }
  return std::optional<FileKey>();
}

}  // namespace sealpost::age
