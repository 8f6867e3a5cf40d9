// The options that say how hard a passphrase is to guess: --kdf-memory and --kdf-passes, of every
// verb that chooses one.
#pragma once

#include <string>

#include "cmd/verb.hpp"
#include "vault/vault.hpp"

namespace sealpost::cmd {

// About a second of one processor of 2020; the least that is allowed takes half of that.
inline constexpr std::uint64_t kDefaultPasses = 6;

struct KdfOptions {
  std::string memory = "256M";
  std::uint64_t passes = kDefaultPasses;
};

void add_kdf_options(Verb verb, KdfOptions& options);
// kUsage for less than vault::kLeastTuning, more than vault::kMostTuning, or what is no size.
base::Result<vault::Tuning> tuning_of(const KdfOptions& options);

}  // namespace sealpost::cmd
