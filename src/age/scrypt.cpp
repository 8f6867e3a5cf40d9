#include "age/scrypt.hpp"

#include <algorithm>

#include "age/wrap.hpp"
#include "base/encoding.hpp"
#include "crypto/kdf.hpp"
#include "crypto/random.hpp"

namespace sealpost::age {
namespace {

constexpr std::string_view kType = "scrypt";
constexpr std::string_view kSaltLabel = "age-encryption.org/v1/scrypt";
constexpr std::size_t kSaltSize = 16;

base::Error malformed(std::string_view text) {
  return {base::Code::kMalformed, std::string(text), ""};
}

base::Result<crypto::AeadKey> wrap_key(const crypto::SecretBytes& passphrase, base::ByteView salt,
                                       int log_n) {
  base::Bytes labelled = base::to_bytes(kSaltLabel);
  base::append(labelled, salt);
  TRY(const crypto::SecretBytes key,
      crypto::scrypt(passphrase.expose(), labelled, log_n, 8, 1, crypto::AeadKey::kSize));
  return crypto::AeadKey::from(key.expose());
}

struct Work {
  base::Bytes salt;
  int log_n;
};

// What a stanza of the right shape asks for. A work factor is written without leading zeroes.
base::Result<Work> parse_work(const Stanza& stanza, int max_log_n) {
  if (stanza.arguments.size() != 2) return malformed("an scrypt stanza has two arguments");
  TRY(base::Bytes salt, base::parse_base64_unpadded(stanza.arguments[0]));
  if (salt.size() != kSaltSize) return malformed("an scrypt salt has 16 bytes");
  TRY(const std::uint64_t log_n, base::parse_decimal(stanza.arguments[1]));
  if (log_n == 0) return malformed("an scrypt work factor of zero");
  if (log_n > static_cast<std::uint64_t>(max_log_n)) {
    return malformed("the passphrase asks for more work than is accepted");
  }
  if (stanza.body.size() != kWrappedSize) return malformed("an scrypt stanza wraps 32 bytes");
  return Work{std::move(salt), static_cast<int>(log_n)};
}

}  // namespace

ScryptRecipient::ScryptRecipient(base::ByteView passphrase, int log_n)
    : passphrase_(passphrase), log_n_(std::clamp(log_n, 1, kScryptMaxWorkFactor)) {}

base::Result<Stanza> ScryptRecipient::wrap(const FileKey& file_key, base::Random& random) const {
  const base::Bytes salt = crypto::random_bytes(random, kSaltSize);
  TRY(const crypto::AeadKey key, wrap_key(passphrase_, salt, log_n_));
  return Stanza{std::string(kType),
                {base::to_base64_unpadded(salt), std::to_string(log_n_)},
                wrap_file_key(file_key, key)};
}

ScryptIdentity::ScryptIdentity(base::ByteView passphrase, int max_log_n)
    : passphrase_(passphrase), max_log_n_(std::clamp(max_log_n, 1, kScryptMaxWorkFactor)) {}

base::Result<std::optional<FileKey>> ScryptIdentity::unwrap(std::span<const Stanza> stanzas) const {
  const auto is_scrypt = [](const Stanza& stanza) { return stanza.type == kType; };
  const auto found = std::find_if(stanzas.begin(), stanzas.end(), is_scrypt);
  if (found == stanzas.end()) return std::optional<FileKey>();
  if (stanzas.size() != 1) return malformed("a passphrase stanza must stand alone");
  TRY(const Work work, parse_work(*found, max_log_n_));
  TRY(const crypto::AeadKey key, wrap_key(passphrase_, work.salt, work.log_n));
  return unwrap_file_key(found->body, key);
}

}  // namespace sealpost::age
