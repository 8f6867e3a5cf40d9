// sealpost bulk resume.
#include "cmd/bulk.hpp"
#include "cmd/bulk_going.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"

namespace sealpost::cmd {
namespace {

struct ResumeOptions : BulkGoing {
  std::string job;
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

}  // namespace

void add_bulk_resume(CLI::App& bulk, Env& env) {
  auto [resume, resume_options] = add_verb<ResumeOptions>(
      bulk, env, "resume", "Go on with a job, and try again what was not sent", run_resume);
  never_empty(resume.add_option("JOB", resume_options.job, "As `bulk list` names it"))->required();
  add_going(resume, resume_options);
}

}  // namespace sealpost::cmd
