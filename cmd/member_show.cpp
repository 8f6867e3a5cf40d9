// sealpost member show: a member with role, devices and open invitations.
#include <fmt/format.h>

#include "cmd/device.hpp"
#include "cmd/member.hpp"
#include "cmd/verb.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string user;
};

struct Details {
  std::string role;
  std::vector<std::string> purposes;
  std::string state = "revoked";  // active, invited or revoked
  std::vector<const trust::Device*> devices;
  std::vector<const trust::Chain::OpenInvitation*> invitations;  // open ones
};

Details details_of(const trust::Chain& chain, const std::string& user, base::Time now) {
  Details out;
  for (const auto& [name, open] : chain.invitations()) {
    const trust::Invitation& invitation = open.invitation;
    if (invitation.user != user || open.used || open.revoked || invitation.expires <= now) continue;
    out.role = trust::role_name(invitation.role);
    out.purposes = invitation.purposes;
    out.state = "invited";
    out.invitations.push_back(&open);
  }
  out.devices = chain.devices_of(user);
  for (const trust::Device* device : out.devices) {
    if (device->revoked && (out.state != "revoked" || !out.role.empty())) continue;
    out.role = trust::role_name(device->role);
    out.purposes = device->purposes;
    if (!device->revoked) out.state = "active";
  }
  return out;
}

base::Result<void> print_json(Env& env, const Opened& opened, const std::string& user,
                              const Details& details) {
  text::OrderedJson devices = text::OrderedJson::array();
  for (const trust::Device* device : details.devices) {
    devices.push_back(device_json(*device, opened, env.clock.now()));
  }
  text::OrderedJson invitations = text::OrderedJson::array();
  for (const auto* open : details.invitations) {
    invitations.push_back({{"id", open->invitation.key.name()},
                           {"invited_by", open->inviter},
                           {"role", trust::role_name(open->invitation.role)},
                           {"expires", text::format_time(open->invitation.expires)}});
  }
  return env.out.document({{"type", "member-details"},
                           {"user", user},
                           {"role", details.role},
                           {"purposes", details.purposes},
                           {"state", details.state},
                           {"devices", devices},
                           {"invitations", invitations}});
}

base::Result<void> print_text(Env& env, const std::string& user, const Details& details) {
  std::string purposes;
  for (const std::string& purpose : details.purposes) {
    purposes += (purposes.empty() ? "" : ", ") + purpose;
  }
  TRY(env.out.fields(
      {{"user", user}, {"role", details.role}, {"purposes", purposes}, {"state", details.state}}));
  std::vector<ui::Row> rows;
  for (const trust::Device* device : details.devices) {
    const trust::Certificate& certificate = device->certificate;
    rows.push_back({certificate.name.device, device_state(*device, env.clock.now()),
                    text::format_time(device->joined_at), text::format_time(certificate.expires),
                    device->inviter});
  }
  for (const auto* open : details.invitations) {
    rows.push_back({"", "invited", text::format_time(open->invitation.at),
                    text::format_time(open->invitation.expires), open->inviter});
  }
  return env.out.table({"DEVICE", "STATE", "SINCE", "UNTIL", "INVITED BY"}, rows);
}

base::Result<void> run_show(const Options& options, Env& env) {
  TRY(check_user(options.user));
  TRY(Opened opened, open_installation(env));
  TRY(catch_up(opened, env));
  const Details details = details_of(opened.installation.chain(), options.user, env.clock.now());
  if (details.devices.empty() && details.invitations.empty()) {
    return base::Error{base::Code::kNotFound,
                       fmt::format("the organisation has no member {}", options.user),
                       "see `sealpost member list`"};
  }
  return env.out.json() ? print_json(env, opened, options.user, details)
                        : print_text(env, options.user, details);
}

}  // namespace

void add_member_show(CLI::App& member, Env& env) {
  auto [verb, options] =
      add_verb<Options>(member, env, "show", "Show a member with all devices", run_show);
  verb.add_option("USER", options.user, "User id, like dr.lee")->required();
}

}  // namespace sealpost::cmd
