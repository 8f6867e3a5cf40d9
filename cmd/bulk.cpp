// sealpost bulk: one message for every row of a table. list, show and cancel; run and resume are
// beside it, bulk_*.cpp.
#include "cmd/bulk.hpp"

#include <fmt/format.h>

#include "cmd/bulk_report.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/ui/confirm.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct ListOptions {};

base::Result<void> run_list(const ListOptions&, Env& env) {
  TRY(const Opened opened, open_installation(env));
  TRY(const std::vector<flow::BulkJob> jobs, flow::all_jobs(*opened.vault));
  std::vector<ui::Row> rows;
  for (const flow::BulkJob& job : jobs) {
    TRY(const flow::BulkCounts counts, flow::count_rows(*opened.vault, job));
    if (env.out.json()) {
      TRY(env.out.document(job_json(job, counts)));
      continue;
    }
    rows.push_back({job.name, std::string(flow::bulk_state_name(job.state)), job.plan.purpose,
                    fmt::format("{}", job.rows), fmt::format("{}", counts.sent),
                    fmt::format("{}", counts.refused), fmt::format("{}", counts.failed),
                    text::format_time(job.began)});
  }
  return env.out.json()
             ? base::Result<void>()
             : env.out.table(
                   {"JOB", "STATE", "PURPOSE", "ROWS", "SENT", "REFUSED", "FAILED", "BEGAN"}, rows);
}

struct JobOptions {
  std::string job;
};

base::Result<void> run_show(const JobOptions& options, Env& env) {
  TRY(const Opened opened, open_installation(env));
  const vault::Vault& vault = *opened.vault;
  TRY(const flow::BulkJob job, flow::get_job(vault, options.job));
  TRY(const flow::BulkCounts counts, flow::count_rows(vault, job));
  if (env.out.json()) {
    TRY(env.out.document(job_json(job, counts)));
    return flow::each_row(vault, job, [&](const flow::BulkRow& row) {
      return env.out.document(row_json(row, true));
    });
  }
  TRY(env.out.fields({{"job", job.name},
                      {"state", std::string(flow::bulk_state_name(job.state))},
                      {"purpose", job.plan.purpose},
                      {"rows", fmt::format("{}", job.rows)},
                      {"so far", counts_line(counts)},
                      {"began", text::format_time(job.began)},
                      {"ended", job.ended == base::Time{} ? "" : text::format_time(job.ended)}}));
  return flow::each_row(vault, job, [&](const flow::BulkRow& row) -> base::Result<void> {
    if (row.reason.empty()) return {};
    return env.out.line(
        fmt::format("line {}: {}: {}", row.line, flow::row_state_name(row.state), row.reason));
  });
}

base::Result<void> run_cancel(const JobOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  TRY(const flow::BulkJob before, flow::get_job(*opened.vault, options.job));
  TRY(ui::confirm(env.terminal, env.globals,
                  fmt::format("Send nothing more of {}? What was sent stays sent.", before.name)));
  flow::Context context = context_of(env);
  TRY(const flow::BulkJob job, flow::cancel_bulk(opened.installation, options.job, context));
  TRY(const flow::BulkCounts counts, flow::count_rows(*opened.vault, job));
  if (env.out.json()) return env.out.document(job_json(job, counts));
  return env.out.line(fmt::format("job {} is cancelled: {}", job.name, counts_line(counts)));
}

}  // namespace

void add_bulk(CLI::App& app, Env& env) {
  CLI::App& bulk = add_group(app, "bulk", "One message for every row of a table");
  add_bulk_run(bulk, env);
  add_bulk_resume(bulk, env);
  add_verb<ListOptions>(bulk, env, "list", "Jobs, and how far they are", run_list);
  auto [show, show_options] =
      add_verb<JobOptions>(bulk, env, "show", "One job, and the rows that were not sent", run_show);
  never_empty(show.add_option("JOB", show_options.job, "As `bulk list` names it"))->required();
  auto [cancel, cancel_options] =
      add_verb<JobOptions>(bulk, env, "cancel", "Send nothing more of a job", run_cancel);
  never_empty(cancel.add_option("JOB", cancel_options.job, "As `bulk list` names it"))->required();
}

}  // namespace sealpost::cmd
