// The X25519 recipient type of age v1 (c2sp.org/age, "The X25519 recipient type"). Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "age/file_key.hpp"
#include "crypto/x25519.hpp"

namespace sealpost::age {

// A public key, `age1...`. Copyable; equal when the keys are.
class X25519Recipient final : public Recipient {
 public:
  explicit X25519Recipient(const crypto::X25519Public& key) : key_(key) {}
  // kMalformed unless it is a Bech32 string `age1...` of 32 bytes.
  static base::Result<X25519Recipient> parse(std::string_view text);
  std::string str() const;
  const crypto::X25519Public& key() const { return key_; }
  bool operator==(const X25519Recipient& other) const { return key_ == other.key_; }

  // kMalformed when the key is a point of small order, to which nobody can encrypt.
  base::Result<Stanza> wrap(const FileKey& file_key, base::Random& random) const override;

 private:
  crypto::X25519Public key_;
};

// A secret key, `AGE-SECRET-KEY-1...`. Move-only.
class X25519Identity final : public Identity {
 public:
  static X25519Identity generate(base::Random& random);
  // kMalformed unless it is a Bech32 string `AGE-SECRET-KEY-1...` of 32 bytes. The text stays the
  // caller's to wipe; errors never quote it.
  static base::Result<X25519Identity> parse(std::string_view text);
  const X25519Recipient& recipient() const { return recipient_; }
  crypto::SecretBytes to_text() const;  // `AGE-SECRET-KEY-1...`, without a line end
  base::ByteView expose() const { return secret_.expose(); }  // the 32 bytes that the text says

  base::Result<std::optional<FileKey>> unwrap(std::span<const Stanza> stanzas) const override;

 private:
  explicit X25519Identity(crypto::X25519Secret secret);
  crypto::X25519Secret secret_;
  X25519Recipient recipient_;
};

}  // namespace sealpost::age
