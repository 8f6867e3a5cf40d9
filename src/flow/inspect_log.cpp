#include "audit/event.hpp"
#include "base/encoding.hpp"
#include "flow/inspect_parts.hpp"
#include "merkle/checkpoint.hpp"
#include "merkle/merkle.hpp"

namespace sealpost::flow {

using base::Result;
using text::OrderedTree;

Result<Inspection> inspect_proof(std::string_view text, const Root& root) {
  TRY(const merkle::Proof proof, merkle::parse_proof(text));
  TRY(Inspection checkpoint, inspect_note(proof.checkpoint_note, root));
  Inspection found{"tlog-proof",
                   "a proof that a log holds an entry, which it does not contain",
                   {},
                   checkpoint.failure};
  found.findings["index"] = proof.index;
  found.findings["path_hashes"] = proof.path.size();
  for (const auto& [name, value] : checkpoint.findings.items()) found.findings[name] = value;
  found.findings.erase("sha256");
  return found;
}

Result<Inspection> inspect_leaf(std::string_view text) {
  TRY(audit::parse_leaf(base::as_bytes(text)));
  TRY(const text::Json leaf, text::parse_json(text));
  Inspection found{"audit-leaf", "an entry of the audit log", {}, {}};
  found.findings["event"] = OrderedTree(leaf);
  found.findings["leaf_hash"] = base::to_base64(merkle::leaf_hash(base::as_bytes(text)));
  return found;
}

}  // namespace sealpost::flow
