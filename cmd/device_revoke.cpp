// sealpost device revoke: ends a device, with all its successors.
#include <fmt/format.h>

#include "cmd/device.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/ui/confirm.hpp"
#include "cmd/verb.hpp"

namespace sealpost::cmd {
namespace {

struct RevokeOptions {
  std::string name;
  std::string reason;
};

std::string question(const trust::DeviceName& name, const Opened& opened) {
  if (name == opened.installation.name()) {
    return fmt::format("{} is this device. End it for good, and what waits for it?", name.str());
  }
  return fmt::format("End {} for good, and what waits for it?", name.str());
}

base::Result<void> run_revoke(const RevokeOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  TRY(const trust::DeviceName name, trust::device_meant(options.name, opened.installation.name()));
  TRY(catch_up(opened, env));
  TRY(known_device(opened, name));
  TRY(ui::confirm(env.terminal, env.globals, question(name, opened)));
  flow::Context context = context_of(env);
  TRY(const flow::Ending ending,
      flow::revoke_device(opened.installation, name, options.reason, context));
  return print_ending(env, ending, options.reason);
}

}  // namespace

base::Result<void> print_ending(Env& env, const flow::Ending& ending, const std::string& reason) {
  for (const std::string& device : ending.joined_through) {
    env.out.warn(
        fmt::format("{} joined by an invitation of {} and stands: revoke it too, unless you know "
                    "it",
                    device, ending.target));
  }
  if (env.out.json()) {
    return env.out.document({{"type", "revoked"},
                             {"target", ending.target},
                             {"reason", reason},
                             {"already", ending.already},
                             {"joined_through", ending.joined_through}});
  }
  return env.out.line(ending.already ? ending.target + " was revoked before"
                                     : ending.target + " is revoked");
}

void add_device_revoke(CLI::App& device, Env& env) {
  auto [verb, options] =
      add_verb<RevokeOptions>(device, env, "revoke", "End a device for good", run_revoke);
  never_empty(verb.add_option("NAME", options.name, "laptop, dr.lee/laptop or the full name"))
      ->required();
  never_empty(verb.add_option("--reason", options.reason, "Why, for everybody to read"));
}

}  // namespace sealpost::cmd
