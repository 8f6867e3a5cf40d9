#include "cmd/bulk_going.hpp"

#include <fmt/format.h>

#include "cmd/bulk_report.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/notifying.hpp"
#include "cmd/ui/transfer.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {

base::Result<void> go_through(Opened& opened, const flow::BulkJob& job, flow::BulkTry what,
                              const BulkGoing& options, Env& env) {
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

void add_going(Verb verb, BulkGoing& options) {
  never_empty(
      verb.add_option("--rate", options.pace.rate, "Most rows in a time, like 50/s or 1000/m"));
  never_empty(verb.add_option("--max-failures", options.pace.max_failures,
                              "Stop when more rows are not sent, like 20 or 5%"));
  never_empty(verb.add_option("--results", options.results, "Write what became of every row"))
      ->type_name("FILE");
  verb.add_flag("--no-notice", options.no_notice, "Tell contacts nothing of their links");
}

}  // namespace sealpost::cmd
