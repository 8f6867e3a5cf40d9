// The passphrase recipient type of age v1 (c2sp.org/age, "The scrypt recipient type").
// Thread-safe.
#pragma once

#include "age/file_key.hpp"

namespace sealpost::age {

inline constexpr int kScryptWorkFactor = 18;     // what we write: about a second
inline constexpr int kScryptMaxWorkFactor = 22;  // what we accept: 4 GiB of memory

// Copies the passphrase into guarded memory; the source stays the caller's to wipe.
class ScryptRecipient final : public Recipient {
 public:
  // `log_n` from 1 to kScryptMaxWorkFactor. Only passphrases that are random keys may go below 18.
  explicit ScryptRecipient(base::ByteView passphrase, int log_n = kScryptWorkFactor);
  base::Result<Stanza> wrap(const FileKey& file_key, base::Random& random) const override;
  bool alone() const override { return true; }

 private:
  crypto::SecretBytes passphrase_;
  int log_n_;
};

class ScryptIdentity final : public Identity {
 public:
  // A file that asks for more work than 2^max_log_n is refused before any of it is done.
  explicit ScryptIdentity(base::ByteView passphrase, int max_log_n = kScryptMaxWorkFactor);
  base::Result<std::optional<FileKey>> unwrap(std::span<const Stanza> stanzas) const override;

 private:
  crypto::SecretBytes passphrase_;
  int max_log_n_;
};

}  // namespace sealpost::age
