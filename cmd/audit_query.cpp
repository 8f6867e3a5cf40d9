// sealpost audit query: events of the log, live or out of a mirror.
#include "cmd/audit.hpp"
#include "cmd/audit_filter.hpp"
#include "cmd/copy_root.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "flow/log_source.hpp"

namespace sealpost::cmd {
namespace {

struct QueryOptions {
  std::string folder;
  std::string root;
  FilterOptions filter;
  std::string limit;
  bool follow = false;
  bool all = false;
};

base::Error usage(std::string text) { return {base::Code::kUsage, std::move(text), ""}; }

base::Result<void> query_mirror(const QueryOptions& options, const audit::Filter& filter,
                                std::optional<std::uint64_t> limit, Env& env) {
  if (options.follow) return usage("--follow asks the relay; a mirror does not grow by itself");
  TRY(CopyRoot whose, root_of_copy(options.root, env));
  TRY(flow::MirrorEvents mirror, flow::MirrorEvents::open(options.folder, whose.root));
  if (whose.opened) {
    TRY(flow::note_mirror_query(whose.opened->installation, filter, env.clock.now()));
  }
  MirrorShown shown(env, options.all ? "reading the mirror" : "indexing the mirror");
  return mirror.query(filter, limit, !options.all, env.interrupt, shown.watch(),
                      [&](const flow::LoggedEvent& logged) { return print_event(env, logged); });
}

base::Result<void> run_query(const QueryOptions& options, Env& env) {
  TRY(const audit::Filter filter, filter_of(options.filter, env.clock.now()));
  TRY(const auto limit, number_of("--limit", options.limit));
  if (!options.folder.empty()) return query_mirror(options, filter, limit, env);
  if (!options.root.empty()) return usage("--root is for a mirror; the profile has its own");
  if (options.all) return usage("--no-index is for a mirror");
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  const auto show = [&](const flow::LoggedEvent& logged) { return print_event(env, logged); };
  if (!options.follow) {
    return flow::query_log(opened.installation, filter, limit, context, show);
  }
  return flow::follow_log(opened.installation, filter, limit, context, show,
                          [&](const base::Error& away) { env.out.warn(away.text); });
}

}  // namespace

void add_audit_query(CLI::App& audit, Env& env) {
  auto [verb, options] =
      add_verb<QueryOptions>(audit, env, "query", "List events of the audit log", run_query);
  never_empty(verb.add_option("DIR", options.folder, "A mirror, to be asked without the relay"));
  add_filter_options(verb, options.filter);
  verb.add_option("--limit", options.limit, "At most so many");
  verb.add_flag("--follow", options.follow, "Go on with what comes");
  never_empty(verb.add_option("--root", options.root, "Root key of the mirror's organisation"))
      ->type_name("VKEY");
  verb.add_flag("--no-index", options.all, "Look at every event of the mirror");
}

}  // namespace sealpost::cmd
