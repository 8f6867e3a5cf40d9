// sealpost bulk run.
#include <fmt/format.h>

#include <filesystem>

#include "base/file.hpp"
#include "cmd/bulk.hpp"
#include "cmd/bulk_going.hpp"
#include "cmd/bulk_report.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "text/safety.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kMaxTemplate = 1 << 20;  // bytes

struct RunOptions : BulkGoing {
  std::string table;
  std::string template_file;
  std::string subject;
  std::string purpose;
  std::string to_column = "to";
  std::string key_column;
  std::string file_column;
  std::string expires;
  std::string passcode;
  std::uint64_t max_views = 1;
  std::string job;
  bool again = false;
  bool dry_run = false;
};

base::Error usage(std::string text, std::string hint) {
  return {base::Code::kUsage, std::move(text), std::move(hint)};
}

base::Result<std::optional<wire::Passcode>> passcode_of(const std::string& named) {
  if (named.empty()) return std::optional<wire::Passcode>();
  const auto passcode = wire::passcode_from_name(named);
  if (passcode && *passcode != wire::Passcode::kAsk) return passcode;
  return usage("contacts of a table are asked for their date of birth, or nothing",
               "--passcode birthdate or none");
}

base::Result<flow::BulkRequest> request_of(const RunOptions& options) {
  flow::BulkRequest request;
  flow::BulkPlan& plan = request.plan;
  TRY(const base::Bytes text, base::read_file(options.template_file, kMaxTemplate));
  plan.text = base::as_text(text);
  if (!text::is_utf8(plan.text)) return usage("a template is UTF-8", options.template_file);
  plan.subject = options.subject;
  plan.purpose = options.purpose;
  plan.to_column = options.to_column;
  plan.key_column = options.key_column;
  plan.file_column = options.file_column;
  plan.expires = options.expires;
  TRY(plan.passcode, passcode_of(options.passcode));
  plan.views = options.max_views;
  request.table = options.table;
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(request.table, failed);
  plan.folder = absolute.parent_path().string();
  request.job = options.job;
  request.again = options.again;
  return request;
}

base::Result<void> try_out(const flow::BulkRequest& request, const RunOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(BulkReport report, BulkReport::open(options.results, true, env));
  TRY(const flow::BulkEnd end, flow::try_bulk(opened.installation, request, context,
                                              [&](const flow::BulkRow& row, bool before) {
                                                return report.row(row, before);
                                              }));
  return report.finish(options.job, end);
}

base::Result<void> run_run(const RunOptions& options, Env& env) {
  TRY(pace_of(options.pace));
  TRY(const flow::BulkRequest request, request_of(options));
  if (options.dry_run) return try_out(request, options, env);
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  auto begun = flow::begin_bulk(opened.installation, request, context);
  if (!begun) return base::with_context(std::move(begun).error(), options.table);
  if (begun->job.state == flow::BulkState::kFinished) return say_finished(opened, begun->job, env);
  if (!begun->fresh) env.out.note(fmt::format("Going on with the job {}.", begun->job.name));
  return go_through(opened, begun->job, flow::BulkTry::kRest, options, env);
}

}  // namespace

void add_bulk_run(CLI::App& bulk, Env& env) {
  auto [run, options] =
      add_verb<RunOptions>(bulk, env, "run", "Send a message for every row of a table", run_run);
  never_empty(run.add_option("TABLE", options.table, "CSV, whose first row names the columns"))
      ->required();
  never_empty(run.add_option("--template", options.template_file,
                             "File with the text; {column} is filled in"))
      ->type_name("FILE")
      ->required();
  never_empty(run.add_option("--purpose", options.purpose, "Why it is sent"))->required();
  run.add_option("--subject", options.subject, "One line; {column} is filled in");
  never_empty(run.add_option("--to-column", options.to_column, "Column with the recipient"))
      ->capture_default_str();
  run.add_option("--key-column", options.key_column, "Column that tells rows apart");
  run.add_option("--file-column", options.file_column, "Column with a file to attach");
  never_empty(run.add_option("--expires", options.expires, "When it is deleted unread, like 3d"));
  never_empty(run.add_option("--passcode", options.passcode,
                             "What contacts are asked for: birthdate or none"));
  run.add_option("--max-views", options.max_views, "How often a contact may open it (default 1)");
  never_empty(run.add_option("--job", options.job, "A name of your own for the job"));
  run.add_flag("--again", options.again, "Send it all over, although the job has ended");
  run.add_flag("--dry-run", options.dry_run, "Say what would be done, and do nothing");
  add_going(run, options);
}

}  // namespace sealpost::cmd
