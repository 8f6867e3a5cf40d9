// What `bulk` tells of jobs and rows. sealpost-bulk(1), sealpost-json(5).
#pragma once

#include <optional>
#include <string>

#include "cmd/env.hpp"
#include "cmd/file_streams.hpp"
#include "cmd/ui/progress.hpp"
#include "flow/bulk.hpp"

namespace sealpost::cmd {

text::OrderedJson row_json(const flow::BulkRow& row, bool before);
text::OrderedJson job_json(const flow::BulkJob& job, const flow::BulkCounts& counts);
std::string counts_line(const flow::BulkCounts& counts);

// Tells of every row as it is settled, to a file as well when there is one, and at last the sum.
class BulkReport {
 public:
  // kConflict for a file that is there already.
  static base::Result<BulkReport> open(const std::string& results, bool dry_run, Env& env);

  void begin(std::uint64_t rows);
  base::Result<void> row(const flow::BulkRow& row, bool before);
  // kPartial when some rows were not sent; what stopped the run, with how to go on.
  base::Result<void> finish(const std::string& job, const flow::BulkEnd& end);

 private:
  BulkReport(Env& env, bool dry_run) : env_(&env), dry_run_(dry_run) {}
  Env* env_;
  bool dry_run_;
  std::optional<OutputFile> results_;
  std::unique_ptr<ui::Progress> progress_;
  std::uint64_t now_ = 0;
  std::uint64_t before_ = 0;
};

}  // namespace sealpost::cmd
