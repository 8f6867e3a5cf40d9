// Proof files: one event of the audit log with all that a stranger needs to check it. A C2SP
// tlog-proof, whose extra data carries the event's leaf and the entries of the trust chain that
// lead from the root to the log's key: sealpost-log(5), PROOF. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/event.hpp"
#include "flow/cosigned.hpp"
#include "merkle/checkpoint.hpp"

namespace sealpost::flow {

inline constexpr std::size_t kMaxProofFile = 4 << 20;  // bytes

// What stands in the extra data.
struct ProofExtra {
  base::Bytes leaf;                  // verbatim
  std::vector<std::string> entries;  // an excerpt of the trust chain
};
base::Bytes format_extra(const ProofExtra& extra);
// kMalformed for what format_extra() does not write.
base::Result<ProofExtra> parse_extra(base::ByteView bytes);

// What the reader of a proof trusts: the organisation's root, or the log's key itself.
struct ProofTrust {
  note::Verifier key;
  bool is_root = true;
  std::vector<note::Cosigner> witnesses = {};
};

struct ProofVerdict {
  std::uint64_t index = 0;
  merkle::Checkpoint checkpoint;
  std::optional<audit::Event> event;  // nothing for the entry of another kind of log
  base::Bytes leaf;
  std::vector<Cosigned> cosignatures;
  std::string reason;  // what does not hold, first of all; empty: everything does
  bool verified() const { return reason.empty(); }
};

// Whether the text claims to be a tlog-proof.
bool is_proof(std::string_view text);
// kMalformed only for what is no tlog-proof at all; everything else that is wrong is in the
// verdict.
base::Result<ProofVerdict> judge_proof(std::string_view text, const ProofTrust& trust);

}  // namespace sealpost::flow
