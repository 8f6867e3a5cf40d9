// From a row of a table to a message. Internal to flow. One thread.
#pragma once

#include <string>

#include "flow/bulk_jobs.hpp"
#include "flow/installation.hpp"
#include "flow/send.hpp"
#include "text/csv.hpp"
#include "text/template.hpp"

namespace sealpost::flow {

class RowMaker {
 public:
  // kMalformed for templates out of form, kUsage for a deadline that is none.
  static base::Result<RowMaker> make(const Installation& installation, const BulkPlan& plan);

  // Columns that the templates name.
  std::vector<std::string> columns() const;
  // By what the row is told from others.
  std::string key_of(const text::CsvReader& table, const text::CsvRow& row) const;
  // kUsage for a row out of form, or without a recipient; kConflict for a recipient who may be two.
  base::Result<SendRequest> request_for(const text::CsvReader& table, const text::CsvRow& row,
                                        base::Time now) const;

 private:
  RowMaker(const Installation& installation, const BulkPlan& plan, text::Template text,
           text::Template subject);
  base::Result<std::string> addressee(const std::string& written) const;
  const Installation& installation_;
  const BulkPlan& plan_;
  text::Template text_;
  text::Template subject_;
};

}  // namespace sealpost::flow
