#include "flow/proof_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "trust/chain.hpp"

namespace sealpost::flow {
namespace {

using base::Result;

constexpr std::string_view kHeader = "c2sp.org/tlog-proof@v1\n";
constexpr std::string_view kExtra = "sealpost-event/1\n";

base::Error malformed(std::string_view why) {
  return {base::Code::kMalformed, "the proof's extra data " + std::string(why), ""};
}

base::Error doubt(std::string why) { return {base::Code::kVerificationFailed, std::move(why), ""}; }

// The log's key, as the entries lead to it from the root.
Result<note::Verifier> log_key(const ProofExtra& extra, const ProofTrust& trust) {
  if (!trust.is_root) return trust.key;
  trust::Chain chain(trust.key);
  for (const std::string& entry : extra.entries) {
    if (auto taken = chain.append(entry); !taken) {
      return doubt("its trust chain does not hold: " + taken.error().text);
    }
  }
  if (chain.relay()) return chain.relay()->log;
  return doubt("its trust chain names no relay and no log");
}

Result<void> check_checkpoint(const std::string& text, const note::Verifier& log,
                              const ProofTrust& trust, ProofVerdict& verdict) {
  const auto signed_note = note::parse(text);
  if (!signed_note) return doubt("its checkpoint is no signed note: " + signed_note.error().text);
  if (!note::signed_by_log(*signed_note, log)) {
    return doubt(trust.is_root ? "its checkpoint is not signed by the log that the root named"
                               : "its checkpoint is not signed by the key that was given");
  }
  const auto checkpoint = merkle::parse_checkpoint(signed_note->text);
  if (!checkpoint) return doubt("its checkpoint is out of form: " + checkpoint.error().text);
  verdict.checkpoint = *checkpoint;
  if (checkpoint->origin != log.name()) return doubt("its checkpoint is of another log");
  TRY(verdict.cosignatures, cosignatures_on(*signed_note, log, trust.witnesses));
  return {};
}

Result<void> judge(std::string_view text, const ProofTrust& trust, ProofVerdict& verdict) {
  const auto proof = merkle::parse_proof(text);
  if (!proof) return doubt(proof.error().text);
  verdict.index = proof->index;
  if (proof->extra.empty()) return doubt("it does not hold the event that it proves");
  const auto extra = parse_extra(proof->extra);
  if (!extra) return doubt(extra.error().text);
  TRY(const note::Verifier log, log_key(*extra, trust));
  TRY(check_checkpoint(proof->checkpoint_note, log, trust, verdict));
  const merkle::Checkpoint& tree = verdict.checkpoint;
  const auto included = merkle::verify_inclusion(
      proof->index, tree.size, merkle::leaf_hash(extra->leaf), proof->path, tree.root);
  if (!included) {
    return doubt(fmt::format("the event is not proven to be in the log at {}: {}", proof->index,
                             included.error().text));
  }
  auto event = audit::parse_leaf(extra->leaf);
  if (!event) return doubt("its event is out of form: " + event.error().text);
  verdict.event = *std::move(event);
  verdict.leaf = extra->leaf;
  return {};
}

}  // namespace

base::Bytes format_extra(const ProofExtra& extra) {
  std::string text = std::string(kExtra) + std::string(base::as_text(extra.leaf)) + "\n";
  for (const std::string& entry : extra.entries) text += entry;
  return base::to_bytes(base::as_bytes(text));
}

Result<ProofExtra> parse_extra(base::ByteView bytes) {
  std::string_view text = base::as_text(bytes);
  if (!text.starts_with(kExtra)) return malformed("is not that of an event");
  text.remove_prefix(kExtra.size());
  const std::size_t feed = text.find('\n');
  if (feed == std::string_view::npos || feed == 0 || feed > audit::kMaxLeaf) {
    return malformed("holds no event");
  }
  ProofExtra extra{base::to_bytes(base::as_bytes(text.substr(0, feed))), {}};
  text.remove_prefix(feed + 1);
  if (text.empty()) return malformed("holds no trust chain");
  auto entries = trust::split_entries(text);
  if (!entries) return malformed("holds a trust chain out of form: " + entries.error().text);
  extra.entries = *std::move(entries);
  return extra;
}

bool is_proof(std::string_view text) { return text.starts_with(kHeader); }

Result<ProofVerdict> judge_proof(std::string_view text, const ProofTrust& trust) {
  if (!is_proof(text)) {
    return base::Error{base::Code::kMalformed, "not a tlog-proof of version 1", ""};
  }
  ProofVerdict verdict;
  if (auto judged = judge(text, trust, verdict); !judged) verdict.reason = judged.error().text;
  return verdict;
}

}  // namespace sealpost::flow
