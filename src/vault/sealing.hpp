// The cryptography of the vault, apart from any file: how the vault key is wrapped, and how a row
// is sealed so that it opens in its own place only. Inside the vault only.
//
//   wrapping key = Argon2id(passphrase, salt)        value key = HKDF(vault key, ".../value")
//   wrapped      = XChaCha20-Poly1305(wrapping key, vault key; parameters)
//   name         = HMAC(HKDF(vault key, ".../name"), kind as u32 || name)
//   value        = XChaCha20-Poly1305(value key, value; kind as u32 || id as u64 || name)
#pragma once

#include <functional>
#include <optional>

#include "crypto/kdf.hpp"
#include "vault/vault.hpp"

namespace sealpost::vault {

// What stands in the open: enough to derive the wrapping key, useless without the passphrase.
struct Wrapped {
  Tuning tuning;
  base::Bytes salt;
  base::Bytes key;
};

base::Result<Wrapped> wrap(const VaultKey& key, base::ByteView passphrase, const Tuning& tuning,
                           base::Random& random);
// How a passphrase becomes a key: crypto::argon2id, or a test's.
using Derive = std::function<base::Result<crypto::SecretBytes>(
    base::ByteView, base::ByteView, std::uint64_t, std::size_t, std::size_t)>;
// kWrongPassphrase; kMalformed for parameters that no vault has. A wrong passphrase is known as
// wrong only after all the work that a right one takes: one derivation with the vault's parameters,
// and one comparison in constant time.
base::Result<VaultKey> unwrap(const Wrapped& wrapped, base::ByteView passphrase,
                              const Derive& derive = &crypto::argon2id);

class Sealer {
 public:
  explicit Sealer(VaultKey key);
  const VaultKey& key() const { return key_; }
  crypto::Digest derive(std::string_view label) const;
  crypto::Digest name(Kind kind, std::string_view name) const;
  base::Bytes seal(Kind kind, std::int64_t id, base::ByteView name, base::ByteView value,
                   base::Random& random) const;
  // kVerificationFailed when the row is not as it was sealed, or not where.
  base::Result<crypto::SecretBytes> open(Kind kind, std::int64_t id, base::ByteView name,
                                         base::ByteView sealed) const;

 private:
  VaultKey key_;
  crypto::AeadKey value_key_;
  crypto::Secret<32, struct NameKeyTag> name_key_;
};

}  // namespace sealpost::vault
