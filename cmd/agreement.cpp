// sealpost agreement: who signed what with the organisation, and until when it holds. list and show
// are beside it, agreement_show.cpp.
#include <fmt/format.h>

#include "cmd/agreement.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/ui/confirm.hpp"
#include "cmd/ui/transfer.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct AddOptions {
  std::string party;
  std::string kind;
  std::string signed_at;
  std::string expires;
  std::string file;
};
struct RemoveOptions {
  std::string id;
};

// A span counts from now; a day may have passed: what has ended is recorded as well.
base::Result<base::Time> end_of(const std::string& text, base::Time now) {
  if (text::parse_span(text)) return text::parse_deadline(text, now);
  return text::parse_deadline(text, base::Time{});
}

base::Result<flow::NewAgreement> fresh_agreement(const AddOptions& options, base::Time now) {
  flow::NewAgreement fresh{options.party, options.kind, {}, {}, {}};
  if (!options.signed_at.empty()) {
    TRY(fresh.signed_at, text::parse_moment(options.signed_at, now));
  }
  if (!options.expires.empty()) {
    TRY(fresh.expires, end_of(options.expires, now));
  }
  if (!options.file.empty()) fresh.file = options.file;
  return fresh;
}

base::Result<void> run_add(const AddOptions& options, Env& env) {
  TRY(const flow::NewAgreement fresh, fresh_agreement(options, env.clock.now()));
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  ui::Transfer progress(env);
  TRY(const reg::Agreement agreement,
      flow::add_agreement(opened.installation, fresh, context, progress));
  if (env.out.json()) return env.out.document(agreement_json(agreement, env));
  return env.out.line(agreement.id);
}

base::Result<void> run_remove(const RemoveOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const reg::Agreement agreement,
      flow::show_agreement(opened.installation, options.id, context));
  TRY(ui::confirm(
      env.terminal, env.globals,
      fmt::format("Remove the {} with {} for everybody?", agreement.kind, agreement.party)));
  TRY(flow::remove_agreement(opened.installation, agreement.id, context));
  if (env.out.json()) {
    return env.out.document({{"type", "agreement-removed"}, {"id", agreement.id}});
  }
  return env.out.line(fmt::format("agreement {} is removed", agreement.id));
}

void add_adding(CLI::App& group, Env& env) {
  auto [add, options] = add_verb<AddOptions>(group, env, "add", "Record an agreement", run_add);
  never_empty(add.add_option("PARTY", options.party, "With whom"))->required();
  never_empty(add.add_option("--kind", options.kind,
                             "baa, training, risk-assessment or policy-acknowledgement"))
      ->required();
  never_empty(add.add_option("--signed", options.signed_at, "When, like 2026-01-04"));
  never_empty(add.add_option("--expires", options.expires, "Until when, like 2028-01-04 or 365d"));
  never_empty(add.add_option("--file", options.file, "What was signed, as a file to keep"));
}

}  // namespace

void add_agreement(CLI::App& app, Env& env) {
  CLI::App& group = add_group(app, "agreement", "What was agreed with others, and until when");
  add_adding(group, env);
  add_agreement_list(group, env);
  add_agreement_show(group, env);
  auto [remove, removed] =
      add_verb<RemoveOptions>(group, env, "remove", "Take an agreement off the list", run_remove);
  never_empty(remove.add_option("AGREEMENT", removed.id, "Its id"))->required();
}

}  // namespace sealpost::cmd
