// sealpost member: invitations, and who is in.
#include <fmt/format.h>

#include "cmd/opened.hpp"
#include "cmd/ui/qr.hpp"
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

base::Result<void> print(const InviteOptions& options, Env& env, const flow::Invited& invited) {
  const std::string token(invited.token.expose_text());
  if (env.out.json()) {
    return env.out.document({{"type", "invitation"},
                             {"user", options.user},
                             {"role", options.role},
                             {"id", invited.id},
                             {"expires", text::format_time(invited.expires)},
                             {"invitation", token}});
  }
  env.out.note(
      fmt::format("Give this to {} over a channel you trust. Whoever has it can join as {}; "
                  "it works once, until {}.",
                  options.user, options.user, text::format_time(invited.expires)));
  if (options.qr) {
    TRY(const std::string picture, ui::qr_picture(token));
    TRY(env.out.raw(picture));
  }
  TRY(env.out.line(token));
  env.out.note("They type: sealpost join --device laptop");
  return {};
}

base::Result<void> run_invite(const InviteOptions& options, Env& env) {
  const std::optional<trust::Role> role = trust::role_from_name(options.role);
  if (!role) {
    return base::Error{base::Code::kUsage, fmt::format("there is no role \"{}\"", options.role),
                       "one of: owner, admin, member, service, auditor, privacy, custodian"};
  }
  TRY(const base::Time expires, text::parse_deadline(options.expires, env.clock.now()));
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  const flow::InviteRequest request{options.user, *role, options.purposes, expires};
  TRY(const flow::Invited invited, flow::invite(opened.installation, request, context));
  return print(options, env, invited);
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
    lines.push_back({certificate.name.user, std::string(trust::role_name(certificate.role)),
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

void add_member(CLI::App& app, Env& env) {
  CLI::App& member = add_group(app, "member", "Invite members and list them");
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
}

}  // namespace sealpost::cmd
