#include "vault/sealing.hpp"

#include "crypto/kdf.hpp"
#include "crypto/random.hpp"

namespace sealpost::vault {
namespace {

constexpr std::string_view kWrapLabel = "sealpost/v1/vault-key";
constexpr std::string_view kValueLabel = "sealpost/v1/vault-value";
constexpr std::string_view kNameLabel = "sealpost/v1/vault-name";

// A stranger's vault file must not make us work for a week or take all memory.
constexpr std::size_t kLeastMemory = 8 << 10;

base::Bytes parameters(const Tuning& tuning, base::ByteView salt) {
  base::Bytes bytes = base::to_bytes(kWrapLabel);
  base::append_be(bytes, tuning.passes, 8);
  base::append_be(bytes, tuning.memory, 8);
  base::append(bytes, salt);
  return bytes;
}

base::Result<crypto::AeadKey> wrapping_key(base::ByteView passphrase, const Tuning& tuning,
                                           base::ByteView salt, const Derive& derive) {
  const bool sane = tuning.passes >= 1 && tuning.passes <= kMostTuning.passes &&
                    tuning.memory >= kLeastMemory && tuning.memory <= kMostTuning.memory &&
                    salt.size() == crypto::kArgonSaltSize;
  if (!sane)
    return base::Error{base::Code::kMalformed, "the vault's parameters are not usable", ""};
  TRY(const crypto::SecretBytes derived,
      derive(passphrase, salt, tuning.passes, tuning.memory, crypto::AeadKey::kSize));
  return crypto::AeadKey::from(derived.expose());
}

base::Bytes place_of(Kind kind, std::int64_t id, base::ByteView name) {
  base::Bytes place;
  base::append_be(place, static_cast<std::uint64_t>(kind), 4);
  base::append_be(place, static_cast<std::uint64_t>(id), 8);
  base::append(place, name);
  return place;
}

}  // namespace

base::Result<Wrapped> wrap(const VaultKey& key, base::ByteView passphrase, const Tuning& tuning,
                           base::Random& random) {
  Wrapped wrapped{tuning, crypto::random_bytes(random, crypto::kArgonSaltSize), {}};
  TRY(const crypto::AeadKey wrapping,
      wrapping_key(passphrase, tuning, wrapped.salt, &crypto::argon2id));
  wrapped.key =
      crypto::xchacha_seal(wrapping, key.expose(), parameters(tuning, wrapped.salt), random);
  return wrapped;
}

base::Result<VaultKey> unwrap(const Wrapped& wrapped, base::ByteView passphrase,
                              const Derive& derive) {
  TRY(const crypto::AeadKey wrapping,
      wrapping_key(passphrase, wrapped.tuning, wrapped.salt, derive));
  const auto key =
      crypto::xchacha_open(wrapping, wrapped.key, parameters(wrapped.tuning, wrapped.salt));
  if (!key) return base::Error{base::Code::kWrongPassphrase, "the passphrase is wrong", ""};
  return VaultKey::from(key->expose());
}

Sealer::Sealer(VaultKey key) : key_(std::move(key)) {
  crypto::hkdf_sha256(key_.expose(), {}, kValueLabel, value_key_.expose_mutable());
  crypto::hkdf_sha256(key_.expose(), {}, kNameLabel, name_key_.expose_mutable());
}

crypto::Digest Sealer::derive(std::string_view label) const {
  crypto::Digest digest{};
  crypto::hkdf_sha256(key_.expose(), base::as_bytes("sealpost/v1/derived"), label, digest);
  return digest;
}

crypto::Digest Sealer::name(Kind kind, std::string_view name) const {
  base::Bytes bytes;
  base::append_be(bytes, static_cast<std::uint64_t>(kind), 4);
  base::append(bytes, base::as_bytes(name));
  return crypto::hmac_sha256(name_key_.expose(), bytes);
}

base::Bytes Sealer::seal(Kind kind, std::int64_t id, base::ByteView name, base::ByteView value,
                         base::Random& random) const {
  return crypto::xchacha_seal(value_key_, value, place_of(kind, id, name), random);
}

base::Result<crypto::SecretBytes> Sealer::open(Kind kind, std::int64_t id, base::ByteView name,
                                               base::ByteView sealed) const {
  auto value = crypto::xchacha_open(value_key_, sealed, place_of(kind, id, name));
  if (value) return value;
  return base::Error{base::Code::kVerificationFailed, "a row of the vault was changed from outside",
                     "restore the vault from a backup"};
}

}  // namespace sealpost::vault
