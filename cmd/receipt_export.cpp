// sealpost receipt export: all evidence about one message in a file that others can check.
#include "cmd/receipt_export.hpp"

#include "cmd/file_streams.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "flow/receipt_export.hpp"

namespace sealpost::cmd {
namespace {

struct ExportOptions {
  std::string message;
  std::string output;
};

text::OrderedJson report_of(const ExportOptions& options, const flow::ExportedReceipt& exported) {
  text::OrderedJson states = text::OrderedJson::array();
  for (const flow::Evident& item : exported.verdict.evidence) {
    states.push_back({{"state", receipt::state_name(item.verdict.receipt.state)},
                      {"by", item.verdict.receipt.by},
                      {"index", item.index}});
  }
  return {{"type", "receipt-exported"},
          {"message", exported.verdict.file.message},
          {"output", options.output.empty() ? "-" : options.output},
          {"size", exported.file.size()},
          {"evidence", std::move(states)},
          {"left_out", exported.left_out}};
}

base::Result<void> run_export(const ExportOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  // Before the work, so that a name which is taken is told at once.
  TRY(OutputFile output, OutputFile::create(options.output, 0600, Content::kText, env));
  flow::Context context = context_of(env);
  TRY(const flow::ExportedReceipt exported,
      flow::export_receipt(opened.installation, options.message, context));
  for (const std::string& why : exported.left_out) env.out.warn(why);
  TRY(output.write(base::as_bytes(exported.file)));
  TRY(output.commit());
  return output.report(report_of(options, exported));
}

}  // namespace

void add_receipt_export(CLI::App& receipt, Env& env) {
  auto [verb, options] = add_verb<ExportOptions>(
      receipt, env, "export", "Write all evidence about a message to a file", run_export);
  verb.add_option("MESSAGE", options.message, "Number or id")->required();
  never_empty(verb.add_option("-o,--output", options.output, "Write to OUT, which must not exist"))
      ->type_name("OUT");
}

}  // namespace sealpost::cmd
