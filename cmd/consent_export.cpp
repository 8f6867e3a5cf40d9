// sealpost consent export: grants, revocations and pauses as a file.
#include "cmd/consent.hpp"
#include "cmd/file_streams.hpp"
#include "cmd/importing.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/verb.hpp"
#include "flow/contacts.hpp"
#include "flow/journal.hpp"

namespace sealpost::cmd {
namespace {

struct ExportOptions {
  std::string format = "fhir";
  std::string contact;
  std::string output;
  bool all = false;
  bool offline = false;
};

// Borrows what it is made of.
class Export {
 public:
  Export(const vault::Vault& vault, report::ConsentWriter& writer, base::Time now)
      : vault_(vault), writer_(writer), now_(now) {}

  base::Result<void> write(const flow::KeyedContact& keyed) {
    TRY(const std::string name, flow::listed_name(vault_, keyed.contact));
    TRY(const std::vector<report::Consent> consents,
        report::consents_of(keyed.contact, name, keyed.key ? &*keyed.key : nullptr, now_));
    for (const report::Consent& consent : consents) {
      TRY(writer_.write(consent));
      ++count_;
    }
    return {};
  }
  std::uint64_t count() const { return count_; }

 private:
  const vault::Vault& vault_;
  report::ConsentWriter& writer_;
  const base::Time now_;
  std::uint64_t count_ = 0;
};

base::Result<void> run_export(const ExportOptions& options, Env& env) {
  TRY(const report::Format format, format_named(options.format, true));
  TRY(Opened opened, open_installation(env));
  TRY(read_people(opened, options.offline, env));
  std::optional<flow::KeyedContact> only;
  if (!options.contact.empty()) {
    TRY(only, flow::find_contact(*opened.vault, options.contact));
  }
  const base::Time now = env.clock.now();
  const std::vector<std::string> whom =
      only ? std::vector{only->contact.id} : std::vector<std::string>();
  TRY(flow::note_in_journal(opened.installation,
                            {"register.export",
                             "",
                             whom,
                             audit::Outcome::kSuccess,
                             {{"format", options.format}, {"what", "consents"}}},
                            now));
  TRY(OutputFile file, OutputFile::create(options.output, 0600, Content::kAny, env));
  const auto writer =
      report::consent_writer(format, file, opened.installation.chain().organisation(), now);
  Export out(*opened.vault, *writer, now);
  if (only) {
    TRY(out.write(*only));
  } else {
    TRY(flow::each_contact(*opened.vault,
                           [&](const flow::KeyedContact& keyed) -> base::Result<bool> {
                             if (keyed.contact.removed && !options.all) return true;
                             TRY(out.write(keyed));
                             return true;
                           }));
  }
  TRY(writer->finish());
  TRY(file.commit());
  return file.report({{"type", "export"}, {"format", options.format}, {"count", out.count()}});
}

}  // namespace

void add_consent_export(CLI::App& consent, Env& env) {
  auto [out, out_options] = add_verb<ExportOptions>(
      consent, env, "export", "Write grants, revocations and pauses to a file", run_export);
  out.add_flag("--all", out_options.all, "Of removed ones as well");
  never_empty(out.add_option("--contact", out_options.contact, "Only of this one"));
  out.add_option("--format", out_options.format, "fhir, csv or jsonl")->capture_default_str();
  never_empty(out.add_option("-o,--output", out_options.output, "Standard output when not given"))
      ->type_name("FILE");
  out.add_flag("--offline", out_options.offline, "As this device has read it last");
}

}  // namespace sealpost::cmd
