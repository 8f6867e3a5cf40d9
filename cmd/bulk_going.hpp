// Going through a bulk job's table: what `run` and `resume` have in common. One thread.
#pragma once

#include <string>

#include "cmd/bulk_pace.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"

namespace sealpost::cmd {

struct BulkGoing {
  PaceOptions pace;
  bool no_notice = false;
  std::string results;
};
void add_going(Verb verb, BulkGoing& options);

// As flow::run_bulk(), telling of every row; kPartial when some were not sent.
base::Result<void> go_through(Opened& opened, const flow::BulkJob& job, flow::BulkTry what,
                              const BulkGoing& options, Env& env);
// Of a job that needs no going through.
base::Result<void> say_finished(const Opened& opened, const flow::BulkJob& job, Env& env);

}  // namespace sealpost::cmd
