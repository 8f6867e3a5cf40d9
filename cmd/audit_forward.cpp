// sealpost audit forward: the log, as it grows, to a collector of syslog.
#include "cmd/audit.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "flow/log_forward.hpp"

namespace sealpost::cmd {
namespace {

struct ForwardOptions {
  std::string to;
  std::string ca;
  std::string format = "syslog";
  std::string spool;
  bool once = false;
};

base::Result<flow::EventLine> line_of(const std::string& format) {
  if (format == "syslog") return flow::EventLine(report::syslog_event);
  if (format == "cef") return flow::EventLine(report::syslog_cef_event);
  return base::Error{base::Code::kUsage, "--format is syslog or cef", ""};
}

base::Result<void> run_forward(const ForwardOptions& options, Env& env) {
  TRY(const flow::EventLine line, line_of(options.format));
  TRY(const forward::Collector collector, forward::parse_collector(options.to, options.ca));
  TRY(Opened opened, open_installation(env));
  const std::filesystem::path spool = options.spool.empty() ? opened.profile.folder / "forward"
                                                            : std::filesystem::path(options.spool);
  TRY(forward::Cursor cursor, forward::Cursor::open(spool, options.to));
  const std::uint64_t before = cursor.place().next;
  flow::Context context = context_of(env);
  const auto done = forward::forward(
      cursor, {collector, flow::relay_lines(opened.installation, context, line, SEALPOST_VERSION),
               env.interrupt, [&env](base::milliseconds span) { env.clock.sleep(span); },
               [&env](const base::Error& why) { env.out.warn(why.text); }, options.once});
  if (!done) return done;
  const std::uint64_t count = cursor.place().next - before;
  if (env.out.json()) {
    return env.out.document({{"type", "audit-forward"},
                             {"to", options.to},
                             {"count", count},
                             {"next", cursor.place().next}});
  }
  env.out.note(std::to_string(count) + " events forwarded");
  return {};
}

}  // namespace

void add_audit_forward(CLI::App& audit, Env& env) {
  auto [verb, options] = add_verb<ForwardOptions>(
      audit, env, "forward", "Send the log, as it grows, to a collector of syslog", run_forward);
  never_empty(verb.add_option("--to", options.to, "tls://host:port"))->type_name("URL").required();
  never_empty(verb.add_option("--ca", options.ca, "Who signed the collector's certificate"))
      ->type_name("FILE");
  verb.add_option("--format", options.format, "syslog or cef")->capture_default_str();
  never_empty(verb.add_option("--spool", options.spool, "Where it remembers how far it has come"))
      ->type_name("DIR");
  verb.add_flag("--once", options.once, "End when all that is there has arrived");
}

}  // namespace sealpost::cmd
