// sealpost audit report: what the log comes to, for who has to look at it.
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "cmd/audit.hpp"
#include "cmd/audit_filter.hpp"
#include "cmd/contact.hpp"
#include "cmd/copy_root.hpp"
#include "cmd/file_streams.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "flow/contacts.hpp"
#include "flow/log_source.hpp"
#include "flow/register_state.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct ReportOptions {
  std::string kind;
  std::string folder;
  std::string root;
  std::string member;
  std::string contact;
  std::string device;
  std::string month;
  std::string since;
  std::string until;
  std::string format;
  std::string output;
  bool offline = false;
};

base::Error usage(std::string text, std::string hint = "") {
  return {base::Code::kUsage, std::move(text), std::move(hint)};
}

enum class Form { kText, kCsv, kHtml };

// As asked for, or as the file's name says.
base::Result<Form> form_of(const ReportOptions& options) {
  const std::string& asked = options.format;
  if (asked == "html" || (asked.empty() && options.output.ends_with(".html"))) return Form::kHtml;
  if (asked == "csv" || (asked.empty() && options.output.ends_with(".csv"))) return Form::kCsv;
  if (asked == "text" || asked.empty()) return Form::kText;
  return usage("--format is text, csv or html");
}

base::Result<flow::Range> month_of(const std::string& month) {
  const auto parts = base::split(month, '-');
  const auto year = base::parse_decimal(parts.front(), 9999);
  std::string_view digits = parts.back();
  if (digits.starts_with('0')) digits.remove_prefix(1);
  const auto number = base::parse_decimal(digits, 12);
  if (month.size() != 7 || parts.size() != 2 || !year || *year < 1970 || !number || *number == 0) {
    return usage("--month takes a month, such as 2026-10");
  }
  const std::chrono::year_month first{std::chrono::year(static_cast<int>(*year)),
                                      std::chrono::month(static_cast<unsigned>(*number))};
  return flow::Range{base::Time(std::chrono::sys_days(first / 1)),
                     base::Time(std::chrono::sys_days((first + std::chrono::months(1)) / 1))};
}

// What is asked about, or a month back; of a contact or a device everything.
base::Result<flow::Range> range_of(const ReportOptions& options, report::ReportKind kind,
                                   base::Time now) {
  if (!options.month.empty()) {
    if (options.since.empty() && options.until.empty()) return month_of(options.month);
    return usage("--month is a range already");
  }
  flow::Range range;
  if (!options.since.empty()) {
    TRY(range.since, text::parse_moment(options.since, now));
  }
  if (!options.until.empty()) {
    TRY(range.until, text::parse_moment(options.until, now));
  }
  const bool of_all =
      kind == report::ReportKind::kDisclosures || kind == report::ReportKind::kExposure;
  if (!range.since && !of_all) range.since = now - std::chrono::hours(24 * 30);
  return range;
}

base::Result<void> check(const ReportOptions& options, report::ReportKind kind) {
  const bool contact = kind == report::ReportKind::kDisclosures;
  const bool device = kind == report::ReportKind::kExposure;
  if (device && options.device.empty())
    return usage("the exposure of which device?", "--device NAME");
  if (!contact && !options.contact.empty()) return usage("--contact is for disclosures");
  if (device && !options.member.empty()) return usage("exposure is of a --device");
  if (!options.device.empty() && !options.member.empty()) {
    return usage("--device is one of a member's", "give the one or the other");
  }
  if (!options.root.empty() && options.folder.empty()) return usage("--root is for a mirror");
  if (!options.root.empty() && contact)
    return usage("a contact is looked up in the register, which needs a profile");
  return {};
}

std::string described(const flow::Range& range, const std::string& organisation, base::Time now) {
  return fmt::format("{}, {} to {}, as of {}", organisation,
                     range.since ? text::format_time(*range.since) : "the beginning",
                     range.until ? text::format_time(*range.until) : "now", text::format_time(now));
}

// A device's full name; without a vault it has to be given whole.
base::Result<std::string> device_of(const ReportOptions& options,
                                    const std::optional<Opened>& opened) {
  if (options.device.empty()) return std::string();
  if (opened) {
    TRY(const trust::DeviceName name,
        trust::device_meant(options.device, opened->installation.name()));
    return name.str();
  }
  TRY(const trust::DeviceName name, trust::parse_device_name(options.device));
  return name.str();
}

// What the register calls each, by its id.
base::Result<std::map<std::string, std::string>> names_of_contacts(const vault::Vault& vault) {
  std::map<std::string, std::string> names;
  TRY(flow::each_contact(vault, [&](flow::KeyedContact keyed) -> base::Result<bool> {
    names.emplace(keyed.contact.id, keyed.contact.alias());
    return true;
  }));
  return names;
}

base::Result<report::ReportSubject> subject_of(const ReportOptions& options,
                                               report::ReportKind kind,
                                               std::optional<Opened>& opened, Env& env) {
  report::ReportSubject subject;
  subject.member = options.member;
  TRY(subject.device, device_of(options, opened));
  if (kind != report::ReportKind::kDisclosures) return subject;
  TRY(read_people(*opened, options.offline, env));
  if (options.contact.empty()) {
    TRY(subject.contacts, names_of_contacts(*opened->vault));
    return subject;
  }
  TRY(const flow::KeyedContact found, flow::find_contact(*opened->vault, options.contact));
  subject.contact = found.contact.id;
  return subject;
}

base::Result<report::Page> make_page(const ReportOptions& options, report::ReportKind kind,
                                     Env& env) {
  const base::Time now = env.clock.now();
  TRY(const flow::Range range, range_of(options, kind, now));
  TRY(CopyRoot whose,
      options.folder.empty() ? root_of_profile(env) : root_of_copy(options.root, env));
  std::optional<Opened>& opened = whose.opened;
  TRY(const report::ReportSubject subject, subject_of(options, kind, opened, env));
  const auto made = report::audit_report(kind, subject);
  flow::Context context = context_of(env);
  if (options.folder.empty()) {
    TRY(report::Page page,
        flow::make_report(*made, range, flow::ask_relay(opened->installation, context)));
    page.about = described(range, opened->installation.chain().organisation(), now);
    return page;
  }
  TRY(flow::MirrorEvents mirror, flow::MirrorEvents::open(options.folder, whose.root));
  MirrorShown shown(env, "reading the mirror");
  flow::AskLog ask = flow::ask_mirror(mirror, env.interrupt, shown.watch());
  if (opened) ask = flow::noting(std::move(ask), opened->installation, env.clock);
  TRY(report::Page page, flow::make_report(*made, range, ask));
  page.about = described(range, mirror.chain().organisation(), now);
  return page;
}

base::Result<void> run_report(const ReportOptions& options, Env& env) {
  const auto kind = report::report_kind_from_name(options.kind);
  if (!kind) return usage("a report is activity, access, disclosures, failures or exposure");
  TRY(check(options, *kind));
  TRY(const Form form, form_of(options));
  TRY(OutputFile file, OutputFile::create(options.output, 0600, Content::kAny, env));
  TRY(const report::Page page, make_page(options, *kind, env));
  const bool to_screen = options.output.empty() || options.output == "-";
  if (env.out.json() && to_screen && options.format.empty()) return env.out.document(to_json(page));
  const std::string text = form == Form::kHtml  ? report::to_html(page)
                           : form == Form::kCsv ? report::to_csv(page)
                                                : report::to_text(page);
  TRY(file.write(base::as_bytes(text)));
  TRY(file.commit());
  return file.report({{"type", "audit-report-file"}, {"kind", page.kind}, {"about", page.about}});
}

}  // namespace

void add_audit_report(CLI::App& audit, Env& env) {
  auto [verb, options] =
      add_verb<ReportOptions>(audit, env, "report", "What the log comes to", run_report);
  never_empty(
      verb.add_option("KIND", options.kind, "activity, access, disclosures, failures, exposure"))
      ->required();
  never_empty(verb.add_option("DIR", options.folder, "A mirror, to be read without the relay"));
  never_empty(verb.add_option("--member", options.member, "Only by this user"));
  never_empty(verb.add_option("--contact", options.contact,
                              "Disclosures to this contact; to all when not given"));
  never_empty(
      verb.add_option("--device", options.device, "Of exposure: by this device; else only by it"));
  never_empty(verb.add_option("--month", options.month, "2026-10"));
  verb.add_option("--since", options.since, "From this time on; a month back when not given");
  verb.add_option("--until", options.until, "Before this time");
  verb.add_option("--format", options.format, "text, csv or html; as the file's name ends");
  never_empty(verb.add_option("-o,--output", options.output, "Standard output when not given"))
      ->type_name("FILE");
  verb.add_flag("--offline", options.offline, "Contacts as this device has read them last");
  never_empty(verb.add_option("--root", options.root, "Root key of the mirror's organisation"))
      ->type_name("VKEY");
}

}  // namespace sealpost::cmd
