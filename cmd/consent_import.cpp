// sealpost consent import: grants, revocations and pauses from a file.
#include <fmt/format.h>

#include <filesystem>

#include "cmd/consent.hpp"
#include "cmd/file_streams.hpp"
#include "cmd/importing.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/verb.hpp"

namespace sealpost::cmd {
namespace {

struct ImportOptions {
  std::string file;
  std::string format = "csv";
  bool dry_run = false;
};

// What is wrong with a Bundle as a whole may stand at its end: a file is read through before
// anything of it is taken. What comes through a pipe cannot be.
base::Result<void> check_bundle(const std::string& name, Env& env) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(name, ignored)) return {};
  TRY(InputFile file, InputFile::open(name, env));
  const report::Take<report::Consent> nothing{
      [](const report::Consent&, const std::string&) { return base::Result<void>(); },
      [](const report::Problem&) {}};
  return report::read_consents(report::Format::kFhir, file, nothing);
}

base::Result<void> run_import(const ImportOptions& options, Env& env) {
  TRY(const report::Format format, format_named(options.format, true));
  if (format == report::Format::kFhir) {
    auto checked = check_bundle(options.file, env);
    if (!checked) return base::with_context(std::move(checked).error(), options.file);
  }
  TRY(InputFile file, InputFile::open(options.file, env));
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(client::RelayClient relay,
      flow::open_register(opened.installation, reg::Stream::kPeople, context));
  TRY(policy::Policy policy, opened.installation.policy());
  flow::ConsentImport import(opened.installation, relay, std::move(policy), context,
                             options.dry_run);
  ImportReport told(env, options.dry_run);
  auto read = import_all<report::Consent>(report::read_consents, format, file, import, told);
  if (!read) return base::with_context(std::move(read).error(), options.file);
  return told.finish();
}

}  // namespace

void add_consent_import(CLI::App& consent, Env& env) {
  auto [import, import_options] = add_verb<ImportOptions>(
      consent, env, "import", "Read grants, revocations and pauses from a file", run_import);
  never_empty(import.add_option("FILE", import_options.file, "- for standard input"))->required();
  import.add_option("--format", import_options.format, "csv, jsonl or fhir")->capture_default_str();
  import.add_flag("--dry-run", import_options.dry_run, "Say what would be done, and do nothing");
}

}  // namespace sealpost::cmd
