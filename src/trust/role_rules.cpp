// Changes of role: a user's devices get another role, all at once, without joining again.
#include <fmt/format.h>

#include <algorithm>

#include "trust/chain_rules.hpp"

namespace sealpost::trust {
namespace {

using base::Code;
using base::Error;
using base::Result;

Error denied(const Device& author) {
  if (allowed(author.role, Operation::kInvite)) {
    return {Code::kDenied, "only the root makes and unmakes owners and admins",
            "sign with the organisation's root key"};
  }
  return {Code::kDenied, fmt::format("the role {} may not change a role", role_name(author.role)),
          "an owner or an admin can"};
}

bool has_already(const Device& device, const RoleChange& change) {
  return device.role == change.role && device.purposes == change.purposes;
}

}  // namespace

void ChainRules::stand(Device& device, Role role, std::vector<std::string> purposes) {
  const bool same = !device.standings.empty() && device.role == role && device.purposes == purposes;
  device.role = role;
  device.purposes = purposes;
  if (!same) device.standings.push_back({chain_.size(), role, std::move(purposes)});
}

// They were made for the user's earlier role, and must not come to life when it is given back.
void ChainRules::void_invitations(const RoleChange& change) {
  for (auto& [name, open] : chain_.invitations_) {
    const Invitation& invitation = open.invitation;
    if (invitation.user != change.user || open.used) continue;
    if (invitation.role != change.role || !within(invitation.purposes, change.purposes)) {
      open.revoked = true;
    }
  }
}

Result<void> ChainRules::role() {
  TRY(const RoleChange value, parse_role_change(note_.text));
  TRY(const Device* signer, author(value.at));
  std::vector<Device*> standing;
  for (const Device* device : chain_.devices_of(value.user)) {
    if (!device->revoked) {
      standing.push_back(&chain_.devices_.find(device->certificate.name.str())->second);
    }
  }
  if (standing.empty()) {
    return Error{Code::kNotFound, fmt::format("{} has no device to have a role", value.user),
                 "invite the user in that role"};
  }
  if (signer != nullptr && !may_change_role(signer->role, standing.front()->role, value.role)) {
    return denied(*signer);
  }
  if (std::all_of(standing.begin(), standing.end(),
                  [&](const Device* device) { return has_already(*device, value); })) {
    return Error{Code::kConflict,
                 fmt::format("{} has the role {} already", value.user, role_name(value.role)), ""};
  }
  for (Device* device : standing) stand(*device, value.role, value.purposes);
  void_invitations(value);
  return {};
}

}  // namespace sealpost::trust
