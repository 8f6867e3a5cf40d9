#include "audit/event.hpp"
#include "base/encoding.hpp"
#include "flow/inspect_parts.hpp"
#include "flow/proof_file.hpp"
#include "merkle/checkpoint.hpp"
#include "merkle/merkle.hpp"

namespace sealpost::flow {

using base::Result;
using text::OrderedTree;

namespace {

Result<OrderedTree> tree_of(std::string_view leaf) {
  TRY(audit::parse_leaf(base::as_bytes(leaf)));
  TRY(const text::Json json, text::parse_json(leaf));
  return OrderedTree(json);
}

// Checked with the root that is trusted, or not at all: the chain that a file holds proves nothing.
Result<void> add_verdict(std::string_view text, const Root& root, Inspection& found) {
  if (!root) {
    found.findings["verified"] = "not checked, which needs the root's key";
    return {};
  }
  TRY(const ProofVerdict verdict, judge_proof(text, {*root}));
  found.findings["verified"] = verdict.verified();
  if (verdict.verified()) {
    found.failure.reset();
    return {};
  }
  found.findings["reason"] = verdict.reason;
  found.failure = base::Error{base::Code::kVerificationFailed, verdict.reason, ""};
  return {};
}

// Of a proof that carries its event.
Result<void> add_event(const ProofExtra& extra, std::string_view text, const Root& root,
                       Inspection& found) {
  TRY(found.findings["event"], tree_of(base::as_text(extra.leaf)));
  found.summary = "a proof that the audit log holds an event";
  found.findings["trust_entries"] = extra.entries.size();
  return add_verdict(text, root, found);
}

}  // namespace

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
  const auto extra = parse_extra(proof.extra);
  if (extra) TRY(add_event(*extra, text, root, found));
  return found;
}

Result<Inspection> inspect_leaf(std::string_view text) {
  TRY(OrderedTree leaf, tree_of(text));
  Inspection found{"audit-leaf", "an entry of the audit log", {}, {}};
  found.findings["event"] = std::move(leaf);
  found.findings["leaf_hash"] = base::to_base64(merkle::leaf_hash(base::as_bytes(text)));
  return found;
}

}  // namespace sealpost::flow
