// sealpost outbox list | retry | drop: what was begun and is not confirmed.
#include <fmt/format.h>

#include "cmd/never_empty.hpp"
#include "cmd/notifying.hpp"
#include "cmd/opened.hpp"
#include "cmd/outbox_words.hpp"
#include "cmd/rate.hpp"
#include "cmd/ui/confirm.hpp"
#include "cmd/ui/transfer.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"

namespace sealpost::cmd {
namespace {

struct ListOptions {};
struct RetryOptions {
  std::string id;
  std::string bwlimit;
};
struct DropOptions {
  std::string id;
};

base::Result<void> run_list(const ListOptions&, Env& env) {
  TRY(const Opened opened, open_installation(env));
  TRY(const auto entries, flow::list_outbox(opened.installation));
  return print_outbox(env, entries);
}

// One id, or all.
base::Result<std::vector<std::string>> chosen(const Opened& opened, const std::string& id) {
  std::vector<std::string> ids;
  if (!id.empty()) {
    TRY(const flow::OutboxEntry entry, flow::find_in_outbox(opened.installation, id));
    return std::vector<std::string>{entry.id};
  }
  TRY(const auto entries, flow::list_outbox(opened.installation));
  ids.reserve(entries.size());
  for (const flow::OutboxEntry& entry : entries) ids.push_back(entry.id);
  return ids;
}

base::Result<void> run_retry(const RetryOptions& options, Env& env) {
  std::optional<std::uint64_t> bandwidth;
  if (!options.bwlimit.empty()) {
    TRY(bandwidth, parse_rate(options.bwlimit));
  }
  TRY(Opened opened, open_installation(env));
  TRY(const std::vector<std::string> ids, chosen(opened, options.id));
  if (ids.empty()) return {};
  TRY(notify::Notifier notifier, make_notifier(env, opened.profile.name, opened.installation));
  flow::Context context = context_of(env);
  ui::Transfer progress(env);
  TRY(const auto results,
      flow::retry_outbox(opened.installation, ids, bandwidth, context, progress, &notifier));
  return print_retried(env, results);
}

base::Result<void> run_drop(const DropOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  TRY(const flow::OutboxEntry entry, flow::find_in_outbox(opened.installation, options.id));
  flow::Context context = context_of(env);
  TRY(const flow::Asked asked, flow::ask_fate(opened.installation, entry, context));
  if (asked.fate == flow::Fate::kConfirmed) return print_dropped(env, entry.id, asked);
  TRY(ui::confirm(env.terminal, env.globals, drop_question(entry, asked)));
  TRY(flow::drop_from_outbox(opened.installation, entry.id, context));
  return print_dropped(env, entry.id, asked);
}

}  // namespace

void add_outbox(CLI::App& app, Env& env) {
  CLI::App& group = add_group(app, "outbox", "What was begun and is not confirmed");
  add_verb<ListOptions>(group, env, "list", "List what the relay has not confirmed", run_list);
  auto [retry, retry_options] =
      add_verb<RetryOptions>(group, env, "retry", "Go on with it, once each", run_retry);
  retry.add_option("ID", retry_options.id, "Id or number of one message; default all");
  never_empty(retry.add_option("--bwlimit", retry_options.bwlimit,
                               "Most bytes per second, instead of what was said to send"));
  auto [drop, drop_options] =
      add_verb<DropOptions>(group, env, "drop", "Give a message up", run_drop);
  drop.add_option("ID", drop_options.id, "Id or number")->required();
}

}  // namespace sealpost::cmd
