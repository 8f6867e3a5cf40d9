// sealpost consent show: what a person agreed to, now or then.
#include <fmt/format.h>

#include <algorithm>

#include "cmd/consent_records.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/ui/transfer.hpp"
#include "cmd/verb.hpp"
#include "flow/gate.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct ShowOptions {
  std::string which;
  std::string at;
  std::string save;
  bool offline = false;
};

bool was_granted(const reg::Contact& contact, std::string_view purpose, std::string_view channel) {
  const auto holds = [](const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  return std::any_of(contact.grants.begin(), contact.grants.end(), [&](const reg::Granted& one) {
    return holds(one.record.purposes, purpose) && holds(one.record.channels, channel);
  });
}

std::vector<ui::Row> leave_of(const reg::Contact& contact, base::Time when,
                              const policy::Policy& policy) {
  std::vector<ui::Row> rows;
  for (const policy::Purpose& purpose : policy.purposes) {
    for (const std::string_view channel : reg::kChannels) {
      if (!was_granted(contact, purpose.name, channel)) continue;
      const reg::Decision decision = reg::decide(contact, purpose.name, channel, when,
                                                 !policy::asks_consent(policy, purpose.name));
      rows.push_back({purpose.name, std::string(channel), decision.allowed ? "yes" : "no",
                      decision.reason, ui::time_or_nothing(decision.status.until)});
    }
  }
  return rows;
}

base::Result<void> print(Env& env, const Shown& shown, const policy::Policy& policy) {
  const reg::Contact& contact = shown.keyed.contact;
  if (env.out.json()) {
    text::OrderedJson out{{"type", "consents"},
                          {"contact", called(contact)},
                          {"id", contact.id},
                          {"at", text::format_time(shown.when)},
                          {"leave", flow::purposes_with_leave(policy, contact, shown.when)}};
    TRY(add_records(out, shown));
    return env.out.document(out);
  }
  const std::vector<ui::Row> rows = leave_of(contact, shown.when, policy);
  if (rows.empty()) {
    TRY(env.out.line(called(contact) + " has given no leave"));
  } else {
    TRY(env.out.table({"PURPOSE", "CHANNEL", "LEAVE", "BECAUSE", "UNTIL"}, rows));
  }
  return print_records(env, shown);
}

base::Result<void> run_show(const ShowOptions& options, Env& env) {
  std::optional<base::Time> then;
  if (!options.at.empty()) {
    TRY(then, text::parse_moment(options.at, env.clock.now()));
  }
  TRY(Opened opened, open_installation(env));
  TRY(read_people(opened, options.offline, env));
  TRY(const flow::KeyedContact keyed, flow::find_contact(*opened.vault, options.which));
  TRY(const policy::Policy policy, opened.installation.policy());
  const base::Time when = then ? *then : flow::present(keyed.contact, env.clock.now());
  std::vector<flow::SavedProof> saved;
  if (!options.save.empty()) {
    flow::Context context = context_of(env);
    ui::Transfer progress(env);
    TRY(saved,
        flow::save_proofs(opened.installation, keyed, when, options.save, context, progress));
  }
  return print(env, {keyed, when, *opened.vault, saved}, policy);
}

}  // namespace

void add_consent_show(CLI::App& consent, Env& env) {
  auto [show, show_options] =
      add_verb<ShowOptions>(consent, env, "show", "Show what a person agreed to", run_show);
  never_empty(show.add_option("CONTACT", show_options.which, "Alias or id"))->required();
  never_empty(show.add_option("--at", show_options.at, "As of then"))->type_name("TIME");
  const Option save = never_empty(show.add_option(
      "--save", show_options.save, "Folder to save evidence and the text that was shown in"));
  show.add_flag("--offline", show_options.offline, "As this device has read it last")
      ->excludes(save);
}

}  // namespace sealpost::cmd
