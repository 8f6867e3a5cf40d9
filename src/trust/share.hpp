// A share of a root key as a text that can be printed and typed: sealpost-share(5). Pure,
// thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"

namespace sealpost::trust {

struct RootShare {
  std::string organisation;
  std::uint32_t root = 0;  // key hash of the root's vkey
  std::string set;         // 16 hex digits, the same in all shares of one splitting
  unsigned threshold = 0;
  unsigned shares = 0;
  unsigned index = 0;         // 1..shares
  crypto::SecretBytes value;  // 32 bytes
};

// kMalformed for values that no share has.
base::Result<crypto::SecretBytes> format_share(const RootShare& share);
// Every share in the text, one behind the other. kMalformed for what is no share, and when a
// checksum shows that one is damaged or mistyped.
base::Result<std::vector<RootShare>> parse_shares(std::string_view text);

// Whether these are shares of one splitting, enough of them, each once: kConflict for mixed sets,
// kUsage for a share that is there twice, kNotFound for too few.
base::Result<void> check_set(const std::vector<RootShare>& shares);

}  // namespace sealpost::trust
