#include <fmt/format.h>

#include <algorithm>

#include "audit/event.hpp"
#include "base/encoding.hpp"
#include "flow/explain_parts.hpp"
#include "flow/log_export.hpp"
#include "flow/proof_file.hpp"
#include "flow/receipt_judge.hpp"
#include "merkle/merkle.hpp"
#include "text/json.hpp"
#include "text/safety.hpp"

namespace sealpost::flow {
namespace {

constexpr std::string_view kProof = "C2SP tlog-proof v1";
constexpr std::string_view kHashes = "RFC 6962";
constexpr std::size_t kMaxPath = 64;

bool is_hash(std::string_view line) {
  const auto bytes = base::parse_base64(line);
  return bytes && bytes->size() == sizeof(merkle::Digest);
}

// Whose root the artefact is held against: the one that was given, or the one that its own trust
// chain names, against which it holds in itself or not.
base::Result<note::Verifier> root_or_named(const Root& root, std::string_view first_entry) {
  if (root) return *root;
  TRY(const note::Note signed_note, note::parse(first_entry));
  TRY(const trust::Organisation organisation, trust::parse_organisation(signed_note.text));
  return organisation.root;
}

// Said beside what was held against a root that the artefact itself names.
void tell_of_root(const Root& root, const note::Verifier& named, Checks& checks) {
  const std::string rule = "its root is the organisation's";
  if (root) return;
  checks.skip(rule, "that needs the root's key, --root; it names " + named.vkey());
}

// The lines above the empty one; the proof as far as its lines can be read.
merkle::Proof explain_head(std::string_view head, Checks& checks) {
  merkle::Proof proof;
  checks.by(kProof, "Format");
  const auto lines = base::split(head, '\n');
  checks.expect("the first line is \"c2sp.org/tlog-proof@v1\"",
                lines.front() == "c2sp.org/tlog-proof@v1", text::for_terminal(lines.front()));
  std::size_t next = 1;
  if (next < lines.size() && lines[next].starts_with("extra ")) {
    auto extra = base::parse_base64(lines[next].substr(6));
    if (checks.expect("extra data is base64", extra)) proof.extra = *std::move(extra);
    ++next;
  }
  const std::string_view line = next < lines.size() ? lines[next] : std::string_view();
  const bool is_index = line.starts_with("index ");
  const auto index = base::parse_decimal(is_index ? line.substr(6) : "");
  if (checks.expect("the next line is \"index\" and a decimal number without leading zeros",
                    index.has_value(), text::for_terminal(line))) {
    proof.index = *index;
  }
  std::size_t wrong = 0;
  for (++next; next < lines.size(); ++next) {
    const auto bytes = base::parse_base64(lines[next]);
    const auto hash =
        bytes ? crypto::digest_from(*bytes) : base::Result<crypto::Digest>(base::Error{});
    if (hash) proof.path.push_back(*hash);
    if (!is_hash(lines[next]) && wrong == 0) wrong = next + 1;
  }
  checks.expect("every further line is a hash, 32 bytes in base64", wrong == 0,
                fmt::format("line {} is not", wrong));
  checks.expect("there are no more hashes than a tree can have levels, 64",
                proof.path.size() <= kMaxPath, fmt::format("{}", proof.path.size()));
  return proof;
}

void explain_inclusion(const merkle::Proof& proof, const base::Bytes& leaf, Checks& checks) {
  checks.by(kHashes, "2.1.1");
  const auto note = note::parse(proof.checkpoint_note);
  const auto tree =
      note ? merkle::parse_checkpoint(note->text) : base::Result<merkle::Checkpoint>(note.error());
  const std::string rule = "from the event's hash the hashes lead to the checkpoint's root";
  if (!tree) return checks.skip(rule, "there is no checkpoint that could be read");
  checks.expect(rule, merkle::verify_inclusion(proof.index, tree->size, merkle::leaf_hash(leaf),
                                               proof.path, tree->root));
}

void explain_event(const merkle::Proof& proof, std::string_view text, const Root& root,
                   Checks& checks) {
  checks.by("sealpost-log(5)", "Proof of an event");
  if (proof.extra.empty()) return checks.skip("the event is in it", "it has no extra data");
  const auto extra = parse_extra(proof.extra);
  if (!checks.expect("the extra data is an event and a trust chain", extra)) return;
  explain_leaf(base::as_text(extra->leaf), checks);
  explain_inclusion(proof, extra->leaf, checks);
  checks.by("sealpost-log(5)", "Proof of an event");
  const std::string rule = "the trust chain leads from its root to the key that signed";
  const auto against = root_or_named(root, extra->entries.front());
  if (!against) return static_cast<void>(checks.expect(rule, against));
  const auto verdict = judge_proof(text, {*against});
  checks.expect(rule, verdict && verdict->verified(),
                verdict ? verdict->reason : verdict.error().text);
  tell_of_root(root, *against, checks);
}

}  // namespace

void explain_leaf(std::string_view leaf, Checks& checks) {
  checks.by("RFC 8785", "3");
  const auto json = text::parse_json(leaf);
  if (!checks.expect("it is JSON", json)) return;
  checks.expect("it is in its canonical form", text::canonical(*json) == leaf);
  checks.by("sealpost-events(7)", "LEAF");
  checks.expect("it is an event of version 1", audit::parse_leaf(base::as_bytes(leaf)));
}

void explain_proof(std::string_view text, const Root& root, Checks& checks) {
  const std::size_t blank = text.find("\n\n");
  merkle::Proof proof = explain_head(text.substr(0, blank), checks);
  if (!checks.expect("an empty line parts it from the checkpoint", blank != text.npos)) return;
  proof.checkpoint_note = text.substr(blank + 2);
  explain_note(proof.checkpoint_note, {}, checks);
  explain_event(proof, text, root, checks);
}

void explain_export(std::string_view text, const Root& root, Checks& checks) {
  checks.by("sealpost-note(5)", "export");
  const auto manifest = parse_manifest(text);
  if (!checks.expect("it is in the form of a manifest", manifest)) return;
  const std::string rule = "a device that may read the log has signed it";
  if (!manifest->signed_note) return checks.skip(rule, "nobody has signed it");
  const auto against =
      root_or_named(root, manifest->chain.empty() ? std::string() : manifest->chain.front());
  if (!against) return static_cast<void>(checks.expect(rule, against));
  checks.expect(rule, verify_manifest(*manifest, *against));
  tell_of_root(root, *against, checks);
}

void explain_receipt_file(std::string_view text, const Root& root, Checks& checks) {
  checks.by("sealpost-receipt(5)", "RECEIPT FILE");
  const auto file = receipt::parse_file(text);
  if (!checks.expect("it is in its form, and in no other", file)) return;
  checks.by("sealpost-receipt(5)", "JUDGEMENT OF A FILE");
  const std::string rule = "every statement is signed by who may, and logged, in order";
  const auto entry = std::find_if(file->records.begin(), file->records.end(),
                                  [](const auto& record) { return record.entry.has_value(); });
  const auto against = root_or_named(
      root, entry == file->records.end() ? std::string_view() : entry->evidence.statement);
  if (!against) return static_cast<void>(checks.expect(rule, against));
  const auto verdict = judge_receipt_file(text, *against, nullptr);
  if (!verdict) return;
  for (const Evident& item : verdict->evidence) {
    checks.expect(fmt::format("the statement logged at {} holds", item.index), item.verdict.holds,
                  item.verdict.reason);
  }
  checks.expect(rule, verdict->verified(), verdict->reason);
  tell_of_root(root, *against, checks);
}

}  // namespace sealpost::flow
