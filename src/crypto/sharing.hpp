// A secret in shares of which any `threshold` give it back and fewer say nothing: Shamir's scheme
// over GF(256) through libgfshare, fed with the system's random numbers. Shares carry no integrity;
// who stores them adds it (trust/share.hpp). Not for two threads at once: the library has a global.
#pragma once

#include <vector>

#include "crypto/secret.hpp"

namespace sealpost::crypto {

struct Share {
  std::uint8_t index = 0;  // 1..255, different in each share of a secret
  SecretBytes value;       // as long as the secret
};

// kUsage unless 2 <= threshold <= shares <= 255 and there is a secret.
base::Result<std::vector<Share>> split_secret(base::ByteView secret, unsigned shares,
                                              unsigned threshold);
// What the shares give, all of them used. Fewer than the threshold, or one of another secret, give
// something else without a sign of it. kMalformed for an index of 0 or twice, or unequal lengths.
base::Result<SecretBytes> combine_secret(const std::vector<Share>& shares);

}  // namespace sealpost::crypto
