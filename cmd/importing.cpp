#include "cmd/importing.hpp"

#include <fmt/format.h>

#include "text/safety.hpp"

namespace sealpost::cmd {

void ImportReport::bad(const std::string& place, const base::Error& error) {
  bad({place, error.text});
}

void ImportReport::bad(const report::Problem& problem) {
  ++bad_;
  env_.out.warn({{"type", "import-error"}, {"place", problem.place}, {"reason", problem.reason}},
                fmt::format("{}: {}", problem.place, problem.reason));
}

void ImportReport::taken(flow::Imported outcome) {
  switch (outcome) {
    case flow::Imported::kAdded:
      ++added_;
      return;
    case flow::Imported::kChanged:
      ++changed_;
      return;
    case flow::Imported::kSame:
      ++same_;
  }
}

base::Result<void> ImportReport::finish() {
  if (env_.out.json()) {
    TRY(env_.out.document({{"type", "import"},
                           {"added", added_},
                           {"changed", changed_},
                           {"same", same_},
                           {"bad", bad_},
                           {"dry_run", dry_run_}}));
  } else {
    TRY(env_.out.line(fmt::format("{}{} added, {} changed, {} the same, {} bad",
                                  dry_run_ ? "would be: " : "", added_, changed_, same_, bad_)));
  }
  if (bad_ == 0) return {};
  return base::Error{
      base::Code::kPartial,
      bad_ == 1 ? "1 row was not taken" : fmt::format("{} rows were not taken", bad_),
      "mend them and import the same file again: what was taken stays as it is"};
}

bool is_about_the_row(const base::Error& error) {
  return error.code == base::Code::kUsage || error.code == base::Code::kMalformed ||
         error.code == base::Code::kNotFound || error.code == base::Code::kConflict;
}

base::Result<report::Format> format_named(const std::string& name, bool fhir) {
  const auto format = report::format_from_name(name);
  if (format && (fhir || *format != report::Format::kFhir)) return *format;
  return base::Error{base::Code::kUsage,
                     fmt::format("there is no format \"{}\" here", text::for_terminal(name)),
                     fhir ? "formats are csv, jsonl and fhir" : "formats are csv and jsonl"};
}

}  // namespace sealpost::cmd
