// sealpost unlock
#include <algorithm>

#include "cmd/policy_limits.hpp"
#include "cmd/session.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/journal.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string idle = "15m";
  std::string total;
};

base::Result<agent::Limits> limits_of(const Options& options) {
  agent::Limits limits;
  TRY(limits.idle, text::parse_span(options.idle));
  if (!options.total.empty()) {
    TRY(limits.total, text::parse_span(options.total));
  }
  const bool some = limits.idle.count() > 0 && (!limits.total || limits.total->count() > 0);
  if (some) return limits;
  return base::Error{base::Code::kUsage, "a vault cannot stay open for no time at all",
                     "`sealpost lock` closes it"};
}

base::Result<void> print(const Env& env, const config::Profile& profile,
                         const agent::Limits& limits) {
  if (env.out.json()) {
    text::OrderedJson document{
        {"type", "unlocked"}, {"profile", profile.name}, {"idle", limits.idle.count() / 1000}};
    if (limits.total) {
      document["until"] = text::format_time(env.clock.now() + *limits.total);
    }
    return env.out.document(document);
  }
  std::string text = profile.name + " is unlocked; forgotten after " + ui::human_span(limits.idle) +
                     " without use";
  if (limits.total) text += ", at the latest in " + ui::human_span(*limits.total);
  env.out.note(text);
  return {};
}

// The policy's idle time is the longest; a vault that has not joined yet has no policy.
base::Result<void> bound(agent::Limits& limits, vault::Vault& vault, Env& env,
                         const config::Profile& profile) {
  TRY(const bool fresh, flow::Installation::is_fresh(vault));
  if (fresh) return {};
  TRY(flow::Installation installation, flow::Installation::load(vault));
  TRY(flow::note_opening(installation, profile.folder, env.clock.now()));
  TRY(obey_policy(env, profile, installation));
  TRY(const policy::Policy policy, installation.policy());
  if (policy.idle_lock) limits.idle = std::min(limits.idle, *policy.idle_lock);
  return {};
}

base::Result<void> run_unlock(const Options& options, Env& env) {
  TRY(agent::Limits limits, limits_of(options));
  TRY(const config::Profile profile, choose_profile(env));
  // The agent starts before there is anything secret in this process, and waits.
  TRY(agent::Starting starting, agent::start(agent_address(env, profile), env.clock));
  TRY(vault::Vault vault, open_vault_by_passphrase(env, profile));
  TRY(bound(limits, vault, env, profile));
  TRY(const agent::Key key, agent::Key::from(vault.key().expose()));
  TRY(starting.give(key, limits));
  return print(env, profile, limits);
}

}  // namespace

void add_unlock(CLI::App& app, Env& env) {
  auto [verb, options] =
      add_verb<Options>(app, env, "unlock", "Keep the vault open for a while", run_unlock);
  verb.add_option("--idle", options.idle, "Forget the key after this time without use [15m]")
      ->type_name("SPAN");
  verb.add_option("--for", options.total, "Forget the key after this time in any case")
      ->type_name("SPAN");
}

}  // namespace sealpost::cmd
