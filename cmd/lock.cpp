// sealpost lock
#include "cmd/session.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  bool all = false;
};

base::Result<void> lock_one(const Env& env, const config::Profile& profile) {
  auto ended = agent::lock(agent_address(env, profile));
  if (!ended) return base::with_context(std::move(ended).error(), profile.name);
  if (env.out.json()) {
    return env.out.document(
        {{"type", "locked"}, {"profile", profile.name}, {"was_unlocked", *ended}});
  }
  env.out.note(profile.name + (*ended ? " is locked" : " was locked already"));
  return {};
}

base::Result<void> run_lock(const Options& options, Env& env) {
  if (!options.all) {
    TRY(const config::Profile profile, choose_profile(env));
    return lock_one(env, profile);
  }
  TRY(const config::Locations locations, config::locate(env.variable));
  TRY(const std::vector<config::Profile> profiles, config::list_profiles(locations));
  base::Result<void> outcome;
  for (const config::Profile& profile : profiles) {  // one that fails does not save the others
    auto done = lock_one(env, profile);
    if (!done) outcome = std::move(done);
  }
  return outcome;
}

}  // namespace

void add_lock(CLI::App& app, Env& env) {
  auto [verb, options] =
      add_verb<Options>(app, env, "lock", "Forget the vault's key now", run_lock);
  verb.add_flag("--all", options.all, "Lock every profile");
}

}  // namespace sealpost::cmd
