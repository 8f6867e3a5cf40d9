#include "trust/fingerprint.hpp"

#include <cctype>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"

namespace sealpost::trust {
namespace {

constexpr std::size_t kBytes = 20;
constexpr std::size_t kGroup = 4;  // digits
constexpr std::string_view kLabel = "sealpost/v1/fingerprint\n";

}  // namespace

std::string fingerprint(const note::Verifier& key) {
  const std::string vkey = key.vkey() + "\n";
  const crypto::Digest digest = crypto::sha256({base::as_bytes(kLabel), base::as_bytes(vkey)});
  const std::string digits = base::to_hex(base::ByteView(digest).first(kBytes));
  std::string grouped;
  for (std::size_t at = 0; at < digits.size(); ++at) {
    if (at > 0 && at % kGroup == 0) grouped += ' ';
    const auto digit = static_cast<unsigned char>(digits[at]);
    grouped += static_cast<char>(std::toupper(digit));
  }
  return grouped;
}

}  // namespace sealpost::trust
