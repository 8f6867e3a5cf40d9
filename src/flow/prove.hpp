// Proof files of single events: from the relay, or from a mirror without it. Each is judged as its
// reader will judge it before it leaves the house. sealpost-audit(1), prove.
#pragma once

#include <filesystem>

#include "flow/context.hpp"
#include "flow/installation.hpp"
#include "flow/proof_file.hpp"

namespace sealpost::flow {

struct ProvenEvent {
  std::string file;      // the bytes of a proof file
  ProofVerdict verdict;  // on these bytes; it holds
};

// kNotFound for an index that the log does not have yet; kDenied for a role that may not read it;
// kVerificationFailed when what the relay shows does not hold.
base::Result<ProvenEvent> prove_event(Installation& installation, std::uint64_t index,
                                      Context& context);
// From a mirror of this root: no vault, no network. Only what the proof needs is read.
base::Result<ProvenEvent> prove_from_mirror(const std::filesystem::path& mirror,
                                            const note::Verifier& root, std::uint64_t index);

}  // namespace sealpost::flow
