#include "relay/mfa.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "crypto/totp.hpp"

namespace sealpost::relay {
namespace {

constexpr std::size_t kRecoveryBytes = 10;
constexpr std::size_t kGroup = 4;  // letters between dashes

}  // namespace

std::optional<std::uint64_t> step_of_code(const StoredMfa& mfa, std::string_view code,
                                          base::Time now) {
  const std::uint64_t present = crypto::totp_step(now);
  std::optional<std::uint64_t> found;
  for (std::uint64_t step = present == 0 ? 0 : present - 1; step <= present + 1; ++step) {
    const std::string wanted = crypto::totp_code(mfa.secret, step);
    const bool same = crypto::equal(base::as_bytes(wanted), base::as_bytes(code));
    if (same && step > mfa.last_step) found = step;
  }
  return found;
}

bool count_wrong(StoredMfa& mfa, base::Time now) {
  if (++mfa.failures < kWrongCodes) return false;
  base::milliseconds pause = kFirstPause;
  for (std::uint64_t i = 0; i < mfa.pauses && pause < kLongestPause; ++i) pause *= 2;
  mfa.paused_until = now + std::min<base::milliseconds>(pause, kLongestPause);
  mfa.failures = 0;
  ++mfa.pauses;
  return true;
}

void count_right(StoredMfa& mfa) {
  mfa.failures = 0;
  mfa.pauses = 0;
  mfa.paused_until = {};
}

base::Time proof_end(const StoredProof& proof) {
  return std::min(proof.proven + kProofLife, proof.used + kProofIdle);
}

std::string new_recovery_code(base::Random& random) {
  base::Bytes bytes(kRecoveryBytes);
  random.fill(bytes);
  const std::string letters = base::to_base32(bytes);
  std::string out;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (i > 0 && i % kGroup == 0) out += '-';
    const char c = letters[i];
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

crypto::Digest recovery_digest(std::string_view code) {
  std::string plain;
  for (const char c : code) {
    if (c == '-' || c == ' ') continue;
    plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return crypto::sha256(base::as_bytes(plain));
}

std::string user_of_device(std::string_view device) {
  const auto name = trust::parse_device_name(device);
  return name ? name->user : std::string();
}

}  // namespace sealpost::relay
