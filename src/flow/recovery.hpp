// The organisation's root key under custody: divided into shares, taken out of the vault, put
// together again and put back. Local acts: the relay hears of none of them, and could vouch for
// none. sealpost-org(1), sealpost-share(5).
#pragma once

#include <vector>

#include "flow/context.hpp"
#include "flow/enrol.hpp"
#include "flow/installation.hpp"
#include "trust/share.hpp"

namespace sealpost::flow {

struct Split {
  unsigned shares = 5;
  unsigned threshold = 3;
};
// kDenied where the root key is not, kUsage for numbers that cannot be.
base::Result<std::vector<trust::RootShare>> split_root(const Installation& installation,
                                                       const Split& split, Context& context);

// The root key that the shares give. As trust::check_set, and kVerificationFailed when it is not
// the key `root`.
base::Result<note::Signer> combine_root(const std::vector<trust::RootShare>& shares,
                                        const note::Verifier& root);

// Puts the root key into the vault, unless it is there. That needs an owner's device: kDenied.
base::Result<void> keep_root(Installation& installation, const note::Signer& root, base::Time now);

}  // namespace sealpost::flow
