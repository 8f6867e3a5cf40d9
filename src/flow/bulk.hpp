// One message for every row of a table: begun once, gone on with after anything, every row sent
// once. sealpost-bulk(1). One thread.
//
// The table, its template and what became of each row are in the vault; the id of a row's message
// follows from job and row. So a job that was cut off anywhere goes on where it was.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "flow/bulk_jobs.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"
#include "flow/transfer.hpp"
#include "notify/notifier.hpp"

namespace sealpost::flow {

struct BulkRequest {
  BulkPlan plan;
  std::filesystem::path table;  // a regular file
  std::string job;              // empty: named after its content
  bool again = false;           // all over, although it is finished
};
struct Begun {
  BulkJob job;
  bool fresh = false;  // else it was there, and goes on, or is finished
};
// Reads the table, checks plan and columns, and puts both into the vault. kUsage for a plan or a
// table out of form, kConflict when the job's name was used for other content or the job was
// cancelled.
base::Result<Begun> begin_bulk(Installation& installation, const BulkRequest& request,
                               Context& context);

// Which rows are tried.
enum class BulkTry {
  kRest,        // those that nothing is known of, and those that failed
  kAllNotSent,  // those that were refused as well
};
struct BulkPace {
  std::uint64_t rows = 0;  // in each span; 0: as fast as it goes
  std::chrono::seconds span{1};
  std::optional<std::uint64_t> most = {};        // so many rows may be refused or fail
  std::optional<std::uint64_t> most_share = {};  // or so many of 10,000, looked at from 100 rows on
};
struct BulkEnd {
  BulkCounts counts;   // of all rows of the table that were looked at
  bool whole = false;  // to the end of the table; else it was stopped, and `why` says by what
  std::optional<base::Error> why;
};
using RowTold = std::function<base::Result<void>(const BulkRow&, bool before)>;  // earlier run's

// Goes through the table; contacts are told by the `notifier`, if there is one. kConflict for a job
// whose table is not whole, or that was cancelled; kBusy while another
// process does. What stops the run is in its end, with all that was under way brought to its
// outcome; an error is the vault's.
base::Result<BulkEnd> run_bulk(Installation& installation, BulkJob job, BulkTry what,
                               const BulkPace& pace, Context& context, TransferProgress& progress,
                               notify::Notifier* notifier, const RowTold& told);

// To whom every row would be sent, as the vault knows trust chain and register now; nothing is
// sent, kept or logged.
base::Result<BulkEnd> try_bulk(Installation& installation, const BulkRequest& request,
                               Context& context, const RowTold& told);

// Nothing more is sent of it. kNotFound, kBusy; kConflict for one that is finished.
base::Result<BulkJob> cancel_bulk(Installation& installation, const std::string& name,
                                  Context& context);
base::Result<BulkJob> get_job(const vault::Vault& vault, const std::string& name);  // kNotFound

}  // namespace sealpost::flow
