// One bundle of a mirror's events, looked into by itself: what can be done with it before those in
// front of it were. Private to this module. Safe to call from several threads.
#pragma once

#include "flow/mirror_folder.hpp"
#include "flow/pruned.hpp"
#include "merkle/tile.hpp"

namespace sealpost::flow {

struct CheckedBundle {
  std::vector<merkle::Digest> leaves;  // the hashes of all its events
  merkle::Digest root{};               // of a full one
  // The events that may be of the trust chain or of a journal.
  std::vector<LoggedLeaf> of_interest;
};

// Of a log of `size` events. A full bundle's hashes are those of the mirror's tile. The error's
// text says what is wrong, as a part of a sentence; kVerificationFailed, or what reading failed
// with.
base::Result<CheckedBundle> check_bundle(const MirrorFolder& folder, std::uint64_t number,
                                         std::uint64_t size);

// What does not fit below this tile.
std::string misfit(const merkle::TileId& tile);

}  // namespace sealpost::flow
