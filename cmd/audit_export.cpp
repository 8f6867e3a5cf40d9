// sealpost audit export: events of the log as a file for others, with a manifest.
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "cmd/audit.hpp"
#include "cmd/audit_filter.hpp"
#include "cmd/copy_root.hpp"
#include "cmd/file_streams.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "flow/log_export.hpp"

namespace sealpost::cmd {
namespace {

struct ExportOptions {
  std::string folder;
  std::string root;
  FilterOptions filter;
  std::string format;
  std::string output;
  std::string manifest;
  bool sign = false;
};

base::Error usage(std::string text, std::string hint = "") {
  return {base::Code::kUsage, std::move(text), std::move(hint)};
}

base::Result<flow::ExportWish> wish_of(const ExportOptions& options, Env& env) {
  flow::ExportWish wish;
  const auto format = report::event_format_from_name(options.format);
  if (!format) {
    return usage("--format is " + std::string(report::event_format_names()));
  }
  wish.format = *format;
  wish.format_name = options.format;
  wish.version = SEALPOST_VERSION;
  TRY(wish.filter, filter_of(options.filter, env.clock.now()));
  return wish;
}

// Empty for a manifest that goes to standard error.
std::string manifest_name(const ExportOptions& options) {
  if (!options.manifest.empty() || options.output == "-") return options.manifest;
  return options.output + ".manifest";
}

// What is written, from where, and by whom it is signed; nobody when no vault is opened.
struct Made {
  trust::Export value;
  std::optional<Opened> opened;
};

base::Result<Made> make(const ExportOptions& options, OutputFile& file, Env& env) {
  TRY(const flow::ExportWish wish, wish_of(options, env));
  Made made;
  if (options.folder.empty()) {
    TRY(made.opened, open_installation(env));
    flow::Context context = context_of(env);
    TRY(made.value, flow::export_log(made.opened->installation, wish, file, context));
    return made;
  }
  TRY(CopyRoot whose, root_of_copy(options.root, env));
  made.opened = std::move(whose.opened);
  TRY(flow::MirrorEvents mirror, flow::MirrorEvents::open(options.folder, whose.root));
  MirrorShown shown(env, "reading the mirror");
  TRY(made.value,
      flow::export_mirror(mirror, wish, file, env.clock.now(), env.interrupt, shown.watch()));
  if (!made.opened) return made;
  made.value.by = made.opened->installation.name().str();
  TRY(flow::note_mirror_export(made.opened->installation, made.value));
  return made;
}

base::Result<void> check(const ExportOptions& options) {
  if (options.root.empty()) return {};
  if (options.folder.empty()) return usage("--root is for a mirror; the profile has its own");
  if (options.sign) return usage("--sign needs a profile, whose root is the one that counts");
  return {};
}

base::Result<void> run_export(const ExportOptions& options, Env& env) {
  TRY(check(options));
  const std::string manifest = manifest_name(options);
  TRY(wish_of(options, env));
  std::optional<OutputFile> said;
  if (!manifest.empty()) {
    TRY(OutputFile opened, OutputFile::create(manifest, 0600, Content::kText, env));
    said.emplace(std::move(opened));
  }
  TRY(OutputFile file, OutputFile::create(options.output, 0600, Content::kAny, env));
  TRY(const Made made, make(options, file, env));
  TRY(const std::string text, options.sign
                                  ? flow::sign_manifest(made.value, made.opened->installation)
                                  : flow::format_manifest(made.value));
  if (said) TRY(said->write(base::as_bytes(text)));
  TRY(file.commit());
  if (said) TRY(said->commit());
  text::OrderedJson document{
      {"type", "audit-export"},    {"format", options.format},
      {"count", made.value.count}, {"sha256", base::to_hex(made.value.sha256)},
      {"manifest", manifest},      {"signed", options.sign}};
  if (made.value.first) {
    document["first"] = *made.value.first;
    document["last"] = *made.value.last;
  }
  if (said) {
    env.out.note(fmt::format("{} events; {} says which", made.value.count, manifest));
  } else if (env.out.json()) {
    document["manifest_text"] = text;
  } else {
    env.terminal.write_err(text);
  }
  return file.report(document);
}

}  // namespace

void add_audit_export(CLI::App& audit, Env& env) {
  auto [verb, options] = add_verb<ExportOptions>(
      audit, env, "export", "Write events to a file that other programs read", run_export);
  never_empty(verb.add_option("DIR", options.folder, "A mirror, to be read without the relay"));
  add_filter_options(verb, options.filter);
  verb.add_option("--format", options.format, std::string(report::event_format_names()))
      ->required();
  never_empty(verb.add_option("-o,--output", options.output, "The file, or - for standard output"))
      ->type_name("FILE")
      .required();
  never_empty(verb.add_option("--manifest", options.manifest,
                              "The file's name and .manifest when not given"))
      ->type_name("FILE");
  verb.add_flag("--sign", options.sign, "This device signs the manifest");
  never_empty(verb.add_option("--root", options.root, "Root key of the mirror's organisation"))
      ->type_name("VKEY");
}

}  // namespace sealpost::cmd
