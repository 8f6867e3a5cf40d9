#include "cmd/audit_copy.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cmd/audit_event.hpp"
#include "cmd/copy_findings.hpp"
#include "cmd/copy_root.hpp"
#include "cmd/file_streams.hpp"
#include "flow/mirror.hpp"
#include "flow/proof_file.hpp"
#include "flow/tiles_check.hpp"

namespace sealpost::cmd {
namespace {

using base::Result;

// Whom to believe, and what else must hold.
struct Trusted {
  note::Verifier key;
  bool is_root;
  std::vector<note::Cosigner> witnesses;
};

// The log's own key, or the root's: as given, or the profile's.
Result<note::Verifier> key_of(const CopyOptions& options, Env& env) {
  if (!options.key.empty()) return note::Verifier::parse(options.key);
  TRY(CopyRoot whose, root_of_copy(options.root, env));
  return std::move(whose.root);
}

Result<Trusted> parse_trust(const CopyOptions& options, Env& env) {
  if (!options.root.empty() && !options.key.empty()) {
    return base::Error{base::Code::kUsage, "a copy is checked against one key: --root or --key",
                       "--root checks the trust chain as well"};
  }
  if (options.key.empty() && !options.origin.empty()) {
    return base::Error{base::Code::kUsage, "--origin goes with --key",
                       "with --root the trust chain says which log it is"};
  }
  TRY(note::Verifier key, key_of(options, env));
  Trusted trusted{std::move(key), options.key.empty(), {}};
  for (const std::string& vkey : options.witnesses) {
    TRY(note::Cosigner witness, note::Cosigner::parse(vkey));
    trusted.witnesses.push_back(std::move(witness));
  }
  return trusted;
}

class Watch {
 public:
  explicit Watch(Env& env) : env_(env) {}
  void update(std::uint64_t done, std::uint64_t total) {
    if (!shown_) shown_ = std::make_unique<ui::Progress>(env_, "checking", total, "events");
    shown_->update(done);
  }
  void end() { shown_.reset(); }

 private:
  Env& env_;
  std::unique_ptr<ui::Progress> shown_;
};

std::string events_checked(const flow::Mirror& mirror) {
  if (mirror.first_event == 0) return "signature, every event, every tile, trust chain";
  return fmt::format(
      "signature, every tile, trust chain, every event from {} on; of those before, "
      "which were pruned, the hashes",
      mirror.first_event);
}

Result<CopyFindings> check_mirror(const CopyOptions& options, const Trusted& trusted, Env& env) {
  Watch watch(env);
  TRY(const flow::Mirror mirror,
      flow::read_mirror(options.path, trusted.key, {}, env.interrupt,
                        [&](const flow::MirrorProgress& at) { watch.update(at.done, at.total); }));
  watch.end();
  TRY(const note::Note note, note::parse(mirror.note));
  TRY(const note::Verifier log, note::Verifier::parse(mirror.log));
  CopyFindings report{
      "mirror", fmt::format("verified: {}", options.path), {}, {}, mirror.checkpoint, {}};
  TRY(report.cosignatures, flow::cosignatures_on(note, log, trusted.witnesses));
  report.json = {{"entries", true},
                 {"first_entry", mirror.first_event},
                 {"trust_entries", mirror.entries.size()},
                 {"journal_breaks", mirror.journal_breaks}};
  report.lines = {
      {"checked", events_checked(mirror)},
      {"trust chain", fmt::format("{} entries, each in the log", mirror.entries.size())}};
  if (mirror.journal_breaks > 0) {
    report.lines.emplace_back(
        "journals", fmt::format("broken off: {}, see journal.break", mirror.journal_breaks));
  }
  return report;
}

std::string entries_checked(const flow::TilesVerification& found) {
  if (found.entries == 0) return "signature, every tile; no entries are there";
  if (found.first_entry == 0) return "signature, every entry, every tile";
  return fmt::format("signature, every tile, every entry from {} on; those before were pruned",
                     found.first_entry);
}

Result<CopyFindings> check_tiles(const CopyOptions& options, const Trusted& trusted, Env& env) {
  Watch watch(env);
  const flow::TilesLog log{trusted.key,
                           options.origin.empty() ? trusted.key.name() : options.origin};
  TRY(const flow::TilesVerification found,
      flow::verify_tiles(options.path, log, trusted.witnesses, env.interrupt,
                         [&](auto done, auto total) { watch.update(done, total); }));
  watch.end();
  CopyFindings report{
      "tiles",           fmt::format("verified: {}", options.path), {}, {}, found.checkpoint,
      found.cosignatures};
  report.json = {{"entries", found.entries > 0}};
  if (found.entries > 0) report.json.emplace_back("first_entry", found.first_entry);
  report.lines = {{"checked", entries_checked(found)}, {"trust chain", "not checked"}};
  return report;
}

Result<base::Bytes> read_proof(const std::string& name, Env& env) {
  TRY(InputFile input, InputFile::open(name, env));
  base::Bytes bytes(flow::kMaxProofFile + 1);
  TRY(const std::size_t count, base::read_full(input, bytes));
  if (count > flow::kMaxProofFile) {
    return base::Error{base::Code::kMalformed, name + " is too long for a tlog-proof", ""};
  }
  bytes.resize(count);
  return bytes;
}

Result<CopyFindings> check_proof(const CopyOptions& options, const Trusted& trusted, Env& env) {
  if (!options.origin.empty()) {
    return base::Error{base::Code::kUsage, "--origin is for a folder of tiles", ""};
  }
  TRY(const base::Bytes bytes, read_proof(options.path, env));
  TRY(const flow::ProofVerdict verdict,
      flow::judge_proof(base::as_text(bytes), {trusted.key, trusted.is_root, trusted.witnesses}));
  if (!verdict.verified()) {
    return base::Error{base::Code::kVerificationFailed, verdict.reason,
                       "do not rely on this proof; ask for it again"};
  }
  const flow::LoggedEvent logged{verdict.index, *verdict.event};
  CopyFindings report{"proof",
                      fmt::format("verified: event {}", verdict.index),
                      {},
                      {},
                      verdict.checkpoint,
                      verdict.cosignatures};
  text::OrderedJson event = text::OrderedJson::object();
  add_event(event, logged);
  report.json.emplace_back("event", std::move(event));
  report.lines = {{"event", cmd::words_on(logged)},
                  {"checked", trusted.is_root ? "signatures up to the root, inclusion in the log"
                                              : "the log's signature, inclusion in the log"},
                  {"later log", "not checked (needs a mirror)"}};
  return report;
}

Result<CopyFindings> check(const CopyOptions& options, const Trusted& trusted, Env& env) {
  std::error_code ignored;
  if (options.path == "-" || !std::filesystem::is_directory(options.path, ignored)) {
    return check_proof(options, trusted, env);
  }
  return trusted.is_root ? check_mirror(options, trusted, env) : check_tiles(options, trusted, env);
}

Result<CopyFindings> check_all(const CopyOptions& options, const Trusted& trusted, Env& env) {
  TRY(CopyFindings report, check(options, trusted, env));
  TRY(flow::check_quorum(report.cosignatures, trusted.witnesses, trusted.witnesses.size()));
  return report;
}

}  // namespace

Result<void> verify_copy(const CopyOptions& options, Env& env) {
  TRY(const Trusted trusted, parse_trust(options, env));
  const auto report = check_all(options, trusted, env);
  if (report) return print(*report, env);
  if (report.error().code == base::Code::kVerificationFailed && env.out.json()) {
    TRY(env.out.document(
        {{"type", "audit-verification"}, {"verified", false}, {"reason", report.error().text}}));
  }
  return report.error();
}

}  // namespace sealpost::cmd
