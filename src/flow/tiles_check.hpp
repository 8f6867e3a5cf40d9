// The check of any C2SP tlog-tiles log in a folder, given nothing but the log's key: no trust
// chain, no vault, no network. sealpost-audit(1), verify.
#pragma once

#include <filesystem>
#include <functional>

#include "base/seams.hpp"
#include "flow/cosigned.hpp"
#include "merkle/checkpoint.hpp"

namespace sealpost::flow {

struct TilesLog {
  note::Verifier key;
  std::string origin;  // of its checkpoints; the key's name unless somebody said otherwise
};

struct TilesVerification {
  merkle::Checkpoint checkpoint;
  std::uint64_t entries = 0;      // how many were compared with their hashes
  std::uint64_t first_entry = 0;  // from this index on; what lies before was pruned
  std::vector<Cosigned> cosignatures;
};

// The checkpoint is signed by the key; every tile follows from those below it, up to the signed
// root; every entry that is there is the one of its hash. Entries may be missing altogether, or
// from the beginning in whole bundles, as a pruned log has it. kVerificationFailed says what does
// not hold; kMalformed for a folder without checkpoint.
base::Result<TilesVerification> verify_tiles(
    const std::filesystem::path& folder, const TilesLog& log,
    std::span<const note::Cosigner> witnesses, const base::Interrupt& interrupt,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress);

}  // namespace sealpost::flow
