// sealpost member revoke, sealpost member role: ends a member, or gives one another role.
#include <fmt/format.h>

#include "cmd/device.hpp"
#include "cmd/member.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/ui/confirm.hpp"
#include "cmd/verb.hpp"

namespace sealpost::cmd {
namespace {

struct RevokeOptions {
  std::string user;
  std::string reason;
};

base::Result<void> run_revoke(const RevokeOptions& options, Env& env) {
  TRY(check_user(options.user));
  TRY(Opened opened, open_installation(env));
  TRY(ui::confirm(env.terminal, env.globals,
                  fmt::format("End every device and invitation of {} for good, and what waits for "
                              "them?",
                              options.user)));
  flow::Context context = context_of(env);
  TRY(const auto endings,
      flow::revoke_member(opened.installation, options.user, options.reason, context));
  for (const flow::Ending& ending : endings) TRY(print_ending(env, ending, options.reason));
  if (endings.empty()) env.out.note(options.user + " has nothing left that could be revoked");
  return {};
}

struct RoleOptions {
  std::string user;
  std::string role;
  std::vector<std::string> purposes;
  std::string reason;
};

base::Result<void> run_role(const RoleOptions& options, Env& env) {
  TRY(check_user(options.user));
  TRY(const trust::Role role, role_named(options.role));
  TRY(Opened opened, open_installation(env));
  TRY(ui::confirm(env.terminal, env.globals,
                  fmt::format("Give {} the role {}, on all devices?", options.user, options.role)));
  flow::Context context = context_of(env);
  const flow::NewRole wanted{options.user, role, options.purposes, options.reason};
  TRY(const bool changed, flow::change_role(opened.installation, wanted, context));
  if (env.out.json()) {
    return env.out.document({{"type", "member-role"},
                             {"user", options.user},
                             {"role", options.role},
                             {"purposes", options.purposes},
                             {"reason", options.reason},
                             {"changed", changed}});
  }
  return env.out.line(fmt::format("{} {} the role {}", options.user,
                                  changed ? "now has" : "has already", options.role));
}

}  // namespace

base::Result<void> check_user(const std::string& name) {
  if (trust::is_user(name)) return {};
  return base::Error{base::Code::kUsage, fmt::format("\"{}\" is not a user id", name),
                     "write it like dr.lee; see `sealpost member list`"};
}

void add_member_revoke(CLI::App& member, Env& env) {
  auto [verb, options] = add_verb<RevokeOptions>(
      member, env, "revoke", "End a member: all devices and invitations", run_revoke);
  verb.add_option("USER", options.user, "User id, like dr.lee")->required();
  never_empty(verb.add_option("--reason", options.reason, "Why, for everybody to read"));
}

void add_member_role(CLI::App& member, Env& env) {
  auto [verb, options] =
      add_verb<RoleOptions>(member, env, "role", "Give a member another role", run_role);
  verb.add_option("USER", options.user, "User id, like dr.lee")->required();
  verb.add_option("ROLE", options.role,
                  "owner, admin, member, service, auditor, privacy or custodian")
      ->required();
  add_repeatable(verb, "--purpose", options.purposes, "What a service may send for");
  never_empty(verb.add_option("--reason", options.reason, "Why, for everybody to read"));
}

}  // namespace sealpost::cmd
