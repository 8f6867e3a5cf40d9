// What the writer and the reader of a mirror share. Private to this module.
#pragma once

#include <string_view>

#include "flow/mirror.hpp"
#include "flow/mirror_folder.hpp"
#include "flow/pruned.hpp"
#include "merkle/checkpoint.hpp"
#include "merkle/growing.hpp"
#include "note/note.hpp"
#include "trust/chain.hpp"

namespace sealpost::flow {

// How far a mirror reaches.
struct MirrorStart {
  merkle::Checkpoint checkpoint;  // size 0: nothing yet
  std::uint64_t trust_entries = 0;
};

// The checkpoint of a signed note, if this log signed it; kVerificationFailed.
base::Result<merkle::Checkpoint> open_checkpoint(std::string_view signed_checkpoint,
                                                 const note::Verifier& log);

// What a mirror claims, and the trust chain that makes it worth reading on: entries and signature
// are verified, the events are not.
struct MirrorHead {
  std::string note;  // the signed checkpoint, verbatim
  merkle::Checkpoint checkpoint;
  trust::Chain chain;
};
// kNotFound when the mirror was not filled yet; kVerificationFailed.
base::Result<MirrorHead> read_head(const MirrorFolder& folder, const note::Verifier& root);

// Which events of a log of `size` are not there; a floor of 0: all are. kVerificationFailed.
base::Result<Pruned> read_pruned(const MirrorFolder& folder, std::uint64_t size);

// read_mirror() of a folder that is open already and is of this root.
base::Result<Mirror> read_mirror(const MirrorFolder& folder, const note::Verifier& root,
                                 const std::set<std::uint64_t>& sizes,
                                 const base::Interrupt& interrupt, const MirrorWatch& watch);

}  // namespace sealpost::flow
