// sealpost audit prove: one event of the log in a file that others can check.
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "cmd/audit.hpp"
#include "cmd/audit_event.hpp"
#include "cmd/copy_root.hpp"
#include "cmd/file_streams.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "flow/prove.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string index;
  std::string mirror;
  std::string root;
  std::string output;
};

base::Result<std::uint64_t> index_of(const Options& options) {
  const auto index = base::parse_decimal(options.index, INT64_MAX);
  if (index) return *index;
  return base::Error{base::Code::kUsage, "INDEX is a whole number",
                     "`sealpost audit query` shows each event's"};
}

base::Result<flow::ProvenEvent> prove(const Options& options, std::uint64_t index, Env& env) {
  if (options.mirror.empty()) {
    TRY(Opened opened, open_installation(env));
    flow::Context context = context_of(env);
    return flow::prove_event(opened.installation, index, context);
  }
  TRY(const CopyRoot whose, root_of_copy(options.root, env));
  return flow::prove_from_mirror(options.mirror, whose.root, index);
}

text::OrderedJson report_of(const Options& options, const flow::ProvenEvent& proven) {
  text::OrderedJson document{{"type", "audit-proof"},
                             {"output", options.output.empty() ? "-" : options.output},
                             {"size", proven.file.size()},
                             {"origin", proven.verdict.checkpoint.origin},
                             {"log_size", proven.verdict.checkpoint.size}};
  text::OrderedJson event = text::OrderedJson::object();
  add_event(event, {proven.verdict.index, *proven.verdict.event});
  document["event"] = std::move(event);
  return document;
}

base::Result<void> run_prove(const Options& options, Env& env) {
  TRY(const std::uint64_t index, index_of(options));
  if (options.mirror.empty() && !options.root.empty()) {
    return base::Error{base::Code::kUsage, "--root is for a mirror; the profile has its own", ""};
  }
  // Before the work, so that a name which is taken is told at once.
  TRY(OutputFile output, OutputFile::create(options.output, 0600, Content::kText, env));
  TRY(const flow::ProvenEvent proven, prove(options, index, env));
  TRY(output.write(base::as_bytes(proven.file)));
  TRY(output.commit());
  return output.report(report_of(options, proven));
}

}  // namespace

void add_audit_prove(CLI::App& audit, Env& env) {
  auto [verb, options] = add_verb<Options>(
      audit, env, "prove", "Write a proof that one event is in the log to a file", run_prove);
  verb.add_option("INDEX", options.index, "Index of the event")->required();
  never_empty(verb.add_option("DIR", options.mirror, "Prove it from this mirror"));
  never_empty(verb.add_option("--root", options.root, "Root key of the mirror's organisation"))
      ->type_name("VKEY");
  never_empty(verb.add_option("-o,--output", options.output, "Write to OUT, which must not exist"))
      ->type_name("OUT");
}

}  // namespace sealpost::cmd
