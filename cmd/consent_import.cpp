// sealpost consent import and export: grants and revocations as files.
#include <fmt/format.h>

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

base::Result<void> run_import(const ImportOptions& options, Env& env) {
  TRY(const report::Format format, format_named(options.format, true));
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

struct ExportOptions {
  std::string format = "fhir";
  std::string contact;
  std::string output;
  bool offline = false;
};

base::Result<void> write_contact(report::ConsentWriter& writer, const flow::KeyedContact& keyed,
                                 base::Time now, std::uint64_t& count) {
  const reg::ContactKey* key = keyed.key ? &*keyed.key : nullptr;
  // The alias of a removed contact may be somebody else's by now.
  const std::string name = keyed.contact.removed ? keyed.contact.id : called(keyed.contact);
  TRY(const std::vector<report::Consent> consents,
      report::consents_of(keyed.contact, name, key, now));
  for (const report::Consent& consent : consents) TRY(writer.write(consent));
  count += consents.size();
  return {};
}

base::Result<void> run_export(const ExportOptions& options, Env& env) {
  TRY(const report::Format format, format_named(options.format, true));
  TRY(Opened opened, open_installation(env));
  TRY(read_people(opened, options.offline, env));
  const base::Time now = env.clock.now();
  std::uint64_t count = 0;
  std::optional<flow::KeyedContact> only;
  if (!options.contact.empty()) {
    TRY(only, flow::find_contact(*opened.vault, options.contact));
  }
  TRY(OutputFile file, OutputFile::create(options.output, 0600, Content::kAny, env));
  const auto writer =
      report::consent_writer(format, file, opened.installation.chain().organisation(), now);
  if (only) {
    TRY(write_contact(*writer, *only, now, count));
  } else {
    TRY(flow::each_contact(*opened.vault,
                           [&](const flow::KeyedContact& keyed) -> base::Result<bool> {
                             TRY(write_contact(*writer, keyed, now, count));
                             return true;
                           }));
  }
  TRY(writer->finish());
  TRY(file.commit());
  return file.report({{"type", "export"}, {"format", options.format}, {"count", count}});
}

}  // namespace

void add_consent_import(CLI::App& consent, Env& env) {
  auto [import, import_options] = add_verb<ImportOptions>(
      consent, env, "import", "Read grants and revocations from a file", run_import);
  never_empty(import.add_option("FILE", import_options.file, "- for standard input"))->required();
  import.add_option("--format", import_options.format, "csv, jsonl or fhir")->capture_default_str();
  import.add_flag("--dry-run", import_options.dry_run, "Say what would be done, and do nothing");
  auto [out, out_options] = add_verb<ExportOptions>(
      consent, env, "export", "Write grants and revocations to a file", run_export);
  out.add_option("--contact", out_options.contact, "Only of this one");
  out.add_option("--format", out_options.format, "fhir, csv or jsonl")->capture_default_str();
  out.add_option("-o,--output", out_options.output, "Standard output when not given")
      ->type_name("FILE");
  out.add_flag("--offline", out_options.offline, "As this device has read it last");
}

}  // namespace sealpost::cmd
