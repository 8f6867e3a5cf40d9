// What `contact import` and `consent import` tell: each bad row as it is met, and the sum.
#pragma once

#include <cstdint>
#include <string>

#include "cmd/env.hpp"
#include "report/consents.hpp"

namespace sealpost::cmd {

class ImportReport {
 public:
  ImportReport(Env& env, bool dry_run) : env_(env), dry_run_(dry_run) {}
  void bad(const std::string& place, const base::Error& error);
  void bad(const report::Problem& problem);
  void added() { ++added_; }
  void changed() { ++changed_; }
  void same() { ++same_; }
  // The sum; kPartial when some rows were bad.
  base::Result<void> finish();

 private:
  Env& env_;
  const bool dry_run_;
  std::uint64_t added_ = 0;
  std::uint64_t changed_ = 0;
  std::uint64_t same_ = 0;
  std::uint64_t bad_ = 0;
};

// Whether an error is the row's, and the import goes on.
bool is_about_the_row(const base::Error& error);

// "csv", "jsonl" or, where `fhir` says so, "fhir". kUsage.
base::Result<report::Format> format_named(const std::string& name, bool fhir);

}  // namespace sealpost::cmd
