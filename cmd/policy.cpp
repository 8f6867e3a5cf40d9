// sealpost policy: what the organisation allows, and changing it.
#include <fmt/format.h>

#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/policies.hpp"
#include "policy/settings.hpp"

namespace sealpost::cmd {
namespace {

struct ShowOptions {};

base::Result<void> run_show(const ShowOptions&, Env& env) {
  TRY(Opened opened, open_installation(env));
  TRY(catch_up(opened, env));
  TRY(const policy::Policy policy, opened.installation.policy());
  std::vector<ui::Row> rows;
  for (const policy::Setting& setting : policy::settings_of(policy)) {
    if (env.out.json()) {
      TRY(env.out.document({{"type", "policy-setting"},
                            {"key", setting.key},
                            {"value", setting.value},
                            {"default", setting.is_default}}));
    }
    rows.push_back({setting.key, setting.value, setting.is_default ? "default" : ""});
  }
  if (env.out.json()) return {};
  return env.out.table({"KEY", "VALUE", ""}, rows);
}

struct SetOptions {
  std::string key;
  std::string value;
};

base::Result<void> run_set(const SetOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const flow::PolicyChange change,
      flow::set_policy(opened.installation, options.key, options.value, context));
  const bool changed = change.before != change.after;
  if (env.out.json()) {
    return env.out.document({{"type", "policy-change"},
                             {"key", options.key},
                             {"before", change.before},
                             {"after", change.after},
                             {"changed", changed}});
  }
  if (!changed) return env.out.line(fmt::format("{}: {}, as before", options.key, change.after));
  return env.out.line(fmt::format("{}: {} (was: {})", options.key, change.after, change.before));
}

}  // namespace

void add_policy(CLI::App& app, Env& env) {
  CLI::App& policy = add_group(app, "policy", "Show and set what the organisation allows");
  add_verb<ShowOptions>(policy, env, "show", "List the settings of the policy", run_show);
  auto [set, options] =
      add_verb<SetOptions>(policy, env, "set", "Change one setting, signed and logged", run_set);
  set.add_option("KEY", options.key, "Like max-staleness or purpose.billing")->required();
  set.add_option("VALUE", options.value, "Its new value; none takes it back")->required();
}

}  // namespace sealpost::cmd
