// sealpost bulk run and resume.
#include <fmt/format.h>

#include <filesystem>

#include "base/file.hpp"
#include "cmd/bulk.hpp"
#include "cmd/bulk_pace.hpp"
#include "cmd/bulk_report.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/notifying.hpp"
#include "cmd/opened.hpp"
#include "cmd/ui/transfer.hpp"
#include "cmd/verb.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kMaxTemplate = 1 << 20;  // bytes

struct RunOptions {
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
  PaceOptions pace;
  bool no_notice = false;
  std::string results;
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

template <typename Options>
base::Result<void> go_through(Opened& opened, const flow::BulkJob& job, flow::BulkTry what,
                              const Options& options, Env& env) {
  TRY(const flow::BulkPace pace, pace_of(options.pace));
  TRY(std::optional<notify::Notifier> notifier,
      notifier_unless(options.no_notice, env, opened.profile.name, opened.installation));
  TRY(BulkReport report, BulkReport::open(options.results, false, env));
  flow::Context context = context_of(env);
  ui::Transfer transfers(env);
  report.begin(job.rows);
  TRY(const flow::BulkEnd end,
      flow::run_bulk(
          opened.installation, job, what, pace, context, transfers, notifier ? &*notifier : nullptr,
          [&](const flow::BulkRow& row, bool before) { return report.row(row, before); }));
  return report.finish(job.name, end);
}

base::Result<void> say_finished(const Opened& opened, const flow::BulkJob& job, Env& env) {
  TRY(const flow::BulkCounts counts, flow::count_rows(*opened.vault, job));
  env.out.note(fmt::format("It was finished at {}; nothing was sent. --again sends it all over.",
                           text::format_time(job.ended)));
  if (env.out.json()) return env.out.document(job_json(job, counts));
  return env.out.line(fmt::format("job {} is finished: {}", job.name, counts_line(counts)));
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

struct ResumeOptions {
  std::string job;
  PaceOptions pace;
  bool no_notice = false;
  std::string results;
};

base::Result<void> run_resume(const ResumeOptions& options, Env& env) {
  TRY(pace_of(options.pace));
  TRY(Opened opened, open_installation(env));
  TRY(const flow::BulkJob job, flow::get_job(*opened.vault, options.job));
  if (job.state == flow::BulkState::kFinished && job.parts.empty()) {
    return say_finished(opened, job, env);
  }
  return go_through(opened, job, flow::BulkTry::kAllNotSent, options, env);
}

template <typename Options>
void add_common(Verb verb, Options& options) {
  never_empty(
      verb.add_option("--rate", options.pace.rate, "Most rows in a time, like 50/s or 1000/m"));
  never_empty(verb.add_option("--max-failures", options.pace.max_failures,
                              "Stop when more rows are not sent, like 20 or 5%"));
  never_empty(verb.add_option("--results", options.results, "Write what became of every row"))
      ->type_name("FILE");
  verb.add_flag("--no-notice", options.no_notice, "Tell contacts nothing of their links");
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
  add_common(run, options);
  auto [resume, resume_options] = add_verb<ResumeOptions>(
      bulk, env, "resume", "Go on with a job, and try again what was not sent", run_resume);
  never_empty(resume.add_option("JOB", resume_options.job, "As `bulk list` names it"))->required();
  add_common(resume, resume_options);
}

}  // namespace sealpost::cmd
