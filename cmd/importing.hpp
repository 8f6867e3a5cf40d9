// What `contact import` and `consent import` tell: each bad row as it is met, and the sum.
#pragma once

#include <cstdint>
#include <string>

#include "cmd/env.hpp"
#include "flow/registry.hpp"
#include "report/consents.hpp"

namespace sealpost::cmd {

class ImportReport {
 public:
  ImportReport(Env& env, bool dry_run) : env_(env), dry_run_(dry_run) {}
  void bad(const std::string& place, const base::Error& error);
  void bad(const report::Problem& problem);
  void taken(flow::Imported outcome);
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

// Gives every value that `read` finds to the import, and tells what became of it.
template <typename Value, typename Import>
base::Result<void> import_all(base::Result<void> (*read)(report::Format, base::ByteSource&,
                                                         const report::Take<Value>&),
                              report::Format format, base::ByteSource& source, Import& import,
                              ImportReport& told) {
  const report::Take<Value> take{
      [&](const Value& value, const std::string& place) -> base::Result<void> {
        const auto outcome = import.add(value);
        if (!outcome && !is_about_the_row(outcome.error())) return outcome.error();
        if (outcome) {
          told.taken(*outcome);
        } else {
          told.bad(place, outcome.error());
        }
        return import.write_when_full();
      },
      [&](const report::Problem& problem) { told.bad(problem); }};
  TRY(read(format, source, take));
  return import.write_out();
}

// "csv", "jsonl" or, where `fhir` says so, "fhir". kUsage.
base::Result<report::Format> format_named(const std::string& name, bool fhir);

}  // namespace sealpost::cmd
