// sealpost member: invitations, and who is in. The other verbs are beside it, member_*.cpp.
#include <fmt/format.h>

#include "cmd/invited.hpp"
#include "cmd/member.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/enrol.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct InviteOptions {
  std::string user;
  std::string role = "member";
  std::string expires = "7d";
  std::vector<std::string> purposes;
  bool qr = false;
};

base::Result<void> run_invite(const InviteOptions& options, Env& env) {
  TRY(const trust::Role role, role_named(options.role));
  TRY(const base::Time expires, text::parse_deadline(options.expires, env.clock.now()));
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  const flow::InviteRequest request{options.user, role, options.purposes, expires};
  TRY(const flow::Invited invited, flow::invite(opened.installation, request, context));
  return print_invitation(env, request, invited, options.qr,
                          fmt::format("Give this to {} over a channel you trust.", options.user));
}

struct ListOptions {};

struct Line {
  std::string user;
  std::string role;
  std::string device;
  std::string state;
  base::Time expires;
};

std::vector<Line> lines_of(const trust::Chain& chain, base::Time now) {
  std::vector<Line> lines;
  for (const auto& [name, device] : chain.devices()) {
    const trust::Certificate& certificate = device.certificate;
    std::string state = certificate.expires <= now ? "expired" : "active";
    if (device.revoked) state = "revoked";
    lines.push_back({certificate.name.user, std::string(trust::role_name(device.role)),
                     certificate.name.device, state, certificate.expires});
  }
  for (const auto& [name, open] : chain.invitations()) {
    if (open.used || open.revoked || open.invitation.expires <= now) continue;
    lines.push_back({open.invitation.user, std::string(trust::role_name(open.invitation.role)), "",
                     "invited", open.invitation.expires});
  }
  return lines;
}

base::Result<void> run_list(const ListOptions&, Env& env) {
  TRY(Opened opened, open_installation(env));
  TRY(catch_up(opened, env));
  std::vector<ui::Row> rows;
  for (const Line& line : lines_of(opened.installation.chain(), env.clock.now())) {
    if (env.out.json()) {
      TRY(env.out.document({{"type", "member"},
                            {"user", line.user},
                            {"role", line.role},
                            {"device", line.device},
                            {"state", line.state},
                            {"expires", text::format_time(line.expires)}}));
    }
    rows.push_back(
        {line.user, line.role, line.device, line.state, text::format_time(line.expires)});
  }
  if (env.out.json()) return {};
  return env.out.table({"USER", "ROLE", "DEVICE", "STATE", "UNTIL"}, rows);
}

}  // namespace

base::Result<trust::Role> role_named(const std::string& name) {
  const std::optional<trust::Role> role = trust::role_from_name(name);
  if (role) return *role;
  return base::Error{base::Code::kUsage, fmt::format("there is no role \"{}\"", name),
                     "one of: owner, admin, member, service, auditor, privacy, custodian"};
}

void add_member(CLI::App& app, Env& env) {
  CLI::App& member = add_group(app, "member", "Invite members, list them, change or end them");
  auto [invite, invite_options] =
      add_verb<InviteOptions>(member, env, "invite", "Make an invitation, single use", run_invite);
  invite.add_option("USER", invite_options.user, "User id, like dr.lee")->required();
  invite.add_option("--role", invite_options.role,
                    "owner, admin, member, service, auditor, privacy or custodian");
  invite.add_option("--expires", invite_options.expires, "When it ends (default 7d)");
  add_repeatable(invite, "--purpose", invite_options.purposes, "What a service may send for");
  invite.add_flag("--qr", invite_options.qr, "Also as a picture for a camera");
  add_verb<ListOptions>(member, env, "list", "List members, devices and open invitations",
                        run_list);
  add_member_show(member, env);
  add_member_role(member, env);
  add_member_revoke(member, env);
}

}  // namespace sealpost::cmd
