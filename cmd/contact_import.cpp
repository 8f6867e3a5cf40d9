// sealpost contact import and export: contacts as files.
#include <fmt/format.h>

#include "cmd/contact.hpp"
#include "cmd/file_streams.hpp"
#include "cmd/importing.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/verb.hpp"
#include "flow/contacts.hpp"
#include "flow/journal.hpp"
#include "report/contacts.hpp"

namespace sealpost::cmd {
namespace {

struct ImportOptions {
  std::string file;
  std::string format = "csv";
  bool dry_run = false;
};

base::Result<void> run_import(const ImportOptions& options, Env& env) {
  TRY(const report::Format format, format_named(options.format, false));
  TRY(InputFile file, InputFile::open(options.file, env));
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(client::RelayClient relay,
      flow::open_register(opened.installation, reg::Stream::kPeople, context));
  flow::ContactImport import(opened.installation, relay, context, options.dry_run);
  ImportReport told(env, options.dry_run);
  auto read = import_all<report::Person>(report::read_people, format, file, import, told);
  if (!read) return base::with_context(std::move(read).error(), options.file);
  return told.finish();
}

struct ExportOptions {
  std::string format = "csv";
  std::string output;
  bool offline = false;
};

base::Result<void> run_export(const ExportOptions& options, Env& env) {
  TRY(const report::Format format, format_named(options.format, false));
  TRY(Opened opened, open_installation(env));
  TRY(read_people(opened, options.offline, env));
  TRY(flow::note_in_journal(opened.installation,
                            {"register.export",
                             "",
                             {},
                             audit::Outcome::kSuccess,
                             {{"format", options.format}, {"what", "contacts"}}},
                            env.clock.now()));
  TRY(OutputFile file, OutputFile::create(options.output, 0600, Content::kAny, env));
  report::PersonWriter writer(format, file);
  std::uint64_t count = 0;
  TRY(flow::each_contact(*opened.vault, [&](flow::KeyedContact keyed) -> base::Result<bool> {
    if (keyed.contact.removed) return true;
    TRY(std::string name, flow::listed_name(*opened.vault, keyed.contact));
    report::Person person{std::move(name), std::move(keyed.contact.personal)};
    person.personal.erase("alias");
    TRY(writer.write(person));
    ++count;
    return true;
  }));
  TRY(writer.finish());
  TRY(file.commit());
  return file.report({{"type", "export"}, {"format", options.format}, {"count", count}});
}

}  // namespace

void add_contact_import(CLI::App& contact, Env& env) {
  auto [import, import_options] =
      add_verb<ImportOptions>(contact, env, "import", "Read people from a file", run_import);
  never_empty(import.add_option("FILE", import_options.file, "- for standard input"))->required();
  import.add_option("--format", import_options.format, "csv or jsonl")->capture_default_str();
  import.add_flag("--dry-run", import_options.dry_run, "Say what would be done, and do nothing");
  auto [out, out_options] =
      add_verb<ExportOptions>(contact, env, "export", "Write people to a file", run_export);
  out.add_option("--format", out_options.format, "csv or jsonl")->capture_default_str();
  never_empty(out.add_option("-o,--output", out_options.output, "Standard output when not given"))
      ->type_name("FILE");
  out.add_flag("--offline", out_options.offline, "As this device has read it last");
}

}  // namespace sealpost::cmd
