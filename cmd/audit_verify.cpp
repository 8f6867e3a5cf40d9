// sealpost audit verify: the log is one honest history; the relay's, or a copy without it.
#include <fmt/format.h>

#include <filesystem>

#include "base/encoding.hpp"
#include "cmd/audit.hpp"
#include "cmd/audit_copy.hpp"
#include "cmd/audit_event.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "flow/auditing.hpp"

namespace sealpost::cmd {
namespace {

base::Result<void> report(const base::Error& error, const merkle::Checkpoint& seen, Env& env) {
  if (error.code == base::Code::kVerificationFailed && env.out.json()) {
    TRY(env.out.document({{"type", "audit-verification"},
                          {"verified", false},
                          {"size", seen.size},
                          {"root", base::to_hex(seen.root)},
                          {"reason", error.text}}));
  }
  return error;
}

base::Result<void> verify_relay(Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  auto verified =
      flow::verify_log(opened.installation, context, [](std::uint64_t, std::uint64_t) {});
  if (!verified) return report(verified.error(), opened.installation.checkpoint(), env);
  const std::string root = base::to_hex(verified->root);
  if (env.out.json()) {
    text::OrderedJson document{{"type", "audit-verification"},
                               {"verified", true},
                               {"size", verified->size},
                               {"root", root},
                               {"entries", verified->entries_checked},
                               {"first_entry", verified->first_entry},
                               {"journal_breaks", verified->journal_breaks}};
    if (verified->cosigned) document["cosigned"] = *verified->cosigned;
    return env.out.document(document);
  }
  TRY(env.out.line(fmt::format("verified: {} events, root {}", verified->size, root)));
  if (verified->cosigned) {
    env.out.note(fmt::format("Cosigned by enough witnesses: {} events.", *verified->cosigned));
  }
  if (verified->first_entry > 0) {
    env.out.note(fmt::format("Of the events before {}, which the relay shows no more, the hashes.",
                             verified->first_entry));
  }
  if (!verified->entries_checked) {
    env.out.note("Checked: signature, consistency and tree. Your role may not read the entries.");
  }
  if (verified->journal_breaks > 0) env.out.note(words_on_breaks(verified->journal_breaks));
  return {};
}

base::Result<void> run_verify(const CopyOptions& options, Env& env) {
  if (!options.path.empty()) return verify_copy(options, env);
  if (options.root.empty() && options.key.empty() && options.origin.empty() &&
      options.witnesses.empty()) {
    return verify_relay(env);
  }
  return base::Error{base::Code::kUsage, "--root, --key, --origin and --witness are for copies",
                     "name a mirror, a folder of tiles or a proof behind `audit verify`"};
}

}  // namespace

void add_audit_verify(CLI::App& audit, Env& env) {
  auto [verb, options] = add_verb<CopyOptions>(
      audit, env, "verify", "Verify signatures, tree and history of the log", run_verify);
  never_empty(verb.add_option("COPY", options.path,
                              "A mirror, another log's folder of tiles, or a tlog-proof"));
  never_empty(verb.add_option("--root", options.root, "Check a copy against this root key"))
      ->type_name("VKEY");
  never_empty(verb.add_option("--key", options.key, "Check a copy against this log's key alone"))
      ->type_name("VKEY");
  never_empty(verb.add_option("--origin", options.origin,
                              "Origin of that log, if it is not the key's name"));
  never_empty(add_repeatable(verb, "--witness", options.witnesses,
                             "This witness must have cosigned the copy's checkpoint"))
      ->type_name("VKEY");
}

}  // namespace sealpost::cmd
