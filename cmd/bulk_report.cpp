#include "cmd/bulk_report.hpp"

#include <fmt/format.h>

#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

constexpr mode_t kResultsMode = 0600;  // whom the organisation writes to is nobody's business

std::string how_to_go_on(const std::string& job) {
  return fmt::format("`sealpost bulk resume {}` goes on where it stopped", job);
}

}  // namespace

text::OrderedJson row_json(const flow::BulkRow& row, bool before) {
  text::OrderedJson json{{"type", "bulk-row"},
                         {"line", row.line},
                         {"to", row.to},
                         {"state", flow::row_state_name(row.state)},
                         {"before", before}};
  if (!row.message.empty()) json["message"] = row.message;
  if (!row.link.empty()) json["link"] = row.link;
  if (!row.reason.empty()) {
    json["code"] = row.code;
    json["reason"] = row.reason;
  }
  return json;
}

text::OrderedJson job_json(const flow::BulkJob& job, const flow::BulkCounts& counts) {
  return {{"type", "bulk-job"},
          {"job", job.name},
          {"state", flow::bulk_state_name(job.state)},
          {"purpose", job.plan.purpose},
          {"rows", job.rows},
          {"sent", counts.sent},
          {"refused", counts.refused},
          {"failed", counts.failed},
          {"duplicate", counts.duplicate},
          {"began", text::format_time(job.began)},
          {"ended", job.ended == base::Time{} ? "" : text::format_time(job.ended)}};
}

std::string counts_line(const flow::BulkCounts& counts) {
  return fmt::format("{} sent, {} refused, {} failed, {} duplicate", counts.sent, counts.refused,
                     counts.failed, counts.duplicate);
}

base::Result<BulkReport> BulkReport::open(const std::string& results, bool dry_run, Env& env) {
  BulkReport report(env, dry_run);
  if (results.empty()) return report;
  TRY(OutputFile file, OutputFile::create(results, kResultsMode, Content::kAny, env));
  report.results_.emplace(std::move(file));
  return report;
}

void BulkReport::begin(std::uint64_t rows) {
  progress_ = std::make_unique<ui::Progress>(*env_, "bulk", rows, "rows");
}

base::Result<void> BulkReport::row(const flow::BulkRow& row, bool before) {
  ++(before ? before_ : now_);
  if (progress_) progress_->update(now_, before_);
  const text::OrderedJson json = row_json(row, before);
  if (results_) TRY(results_->write(base::as_bytes(text::to_line(json) + "\n")));
  if (env_->out.json()) return env_->out.document(json);
  if (!row.reason.empty() && !before) {
    env_->out.warn(
        fmt::format("line {}: {}: {}", row.line, flow::row_state_name(row.state), row.reason));
  }
  return {};
}

base::Result<void> BulkReport::finish(const std::string& job, const flow::BulkEnd& end) {
  progress_.reset();
  const flow::BulkCounts& counts = end.counts;
  if (env_->out.json()) {
    TRY(env_->out.document({{"type", "bulk"},
                            {"job", job},
                            {"whole", end.whole},
                            {"dry_run", dry_run_},
                            {"sent", counts.sent},
                            {"refused", counts.refused},
                            {"failed", counts.failed},
                            {"duplicate", counts.duplicate}}));
  } else {
    const std::string what = dry_run_ ? "would be: " : fmt::format("job {}: ", job);
    TRY(env_->out.line(what + counts_line(counts)));
  }
  if (results_ && end.whole) TRY(results_->commit());
  if (end.why) {
    base::Error error = *end.why;
    if (!dry_run_) error.hint = how_to_go_on(job);
    return error;
  }
  const std::uint64_t missing = counts.refused + counts.failed;
  if (missing == 0) return {};
  return base::Error{base::Code::kPartial,
                     fmt::format("{} of {} rows {} not sent", missing, counts.all(),
                                 dry_run_ ? "would be" : "were"),
                     dry_run_ ? ""
                              : fmt::format("when what was wrong is mended, `sealpost bulk resume "
                                            "{}` tries them again",
                                            job)};
}

}  // namespace sealpost::cmd
