// Revocations: how authority is taken away, and who may have a device wiped.
#include <fmt/format.h>

#include "trust/chain_rules.hpp"
#include "trust/wipe.hpp"

namespace sealpost::trust {
namespace {

using base::Code;
using base::Error;
using base::Result;

Error denied(const Device& author, Role target) {
  return {Code::kDenied,
          fmt::format("the role {} may not revoke a device of the role {}", role_name(author.role),
                      role_name(target)),
          ""};
}

}  // namespace

bool may_revoke(const Device* author, std::string_view user, Role target) {
  if (author == nullptr) return true;
  if (author->certificate.name.user == user && author->role == target) return true;
  return allowed(author->role, Operation::kRevoke) &&
         (author->role == Role::kOwner || target != Role::kOwner);
}

Result<void> ChainRules::revocation() {
  TRY(const Revocation value, parse_revocation(note_.text));
  TRY(const Device* signer, author(value.at));
  return parse_device_name(value.target) ? revoke_device(value, signer)
                                         : revoke_invitation(value, signer);
}

Result<void> ChainRules::revoke_device(const Revocation& revocation, const Device* author) {
  const auto found = chain_.devices_.find(revocation.target);
  if (found == chain_.devices_.end()) {
    return Error{Code::kNotFound, fmt::format("there is no device {}", revocation.target), ""};
  }
  Device& target = found->second;
  const bool itself = author == &target;
  if (!itself && !may_revoke(author, target.certificate.name.user, target.role)) {
    return denied(*author, target.role);
  }
  if (target.revoked) {
    return Error{Code::kConflict, fmt::format("{} is revoked already", revocation.target), ""};
  }
  target.revoked = true;
  target.ended = Ended{chain_.size(), signed_as(author), revocation.reason, revocation.at};
  // A thief may have left himself a way back in.
  for (auto& [name, open] : chain_.invitations_) {
    if (open.inviter == revocation.target && !open.used) open.revoked = true;
  }
  return {};
}

Result<void> ChainRules::revoke_invitation(const Revocation& revocation, const Device* author) {
  const auto found = chain_.invitations_.find(revocation.target);
  if (found == chain_.invitations_.end()) {
    return Error{Code::kNotFound, "there is no such invitation", ""};
  }
  Chain::OpenInvitation& open = found->second;
  const bool own = author != nullptr && author->certificate.name.str() == open.inviter;
  if (!own && !may_revoke(author, open.invitation.user, open.invitation.role)) {
    return denied(*author, open.invitation.role);
  }
  if (open.used) {
    return Error{Code::kConflict, "the invitation is used already",
                 "revoke the device that joined with it"};
  }
  if (open.revoked) return Error{Code::kConflict, "the invitation is revoked already", ""};
  open.revoked = true;
  return {};
}

bool may_wipe(const Device* author, const Device& target) {
  if (author == nullptr) return true;
  // Who has a copy of a device must not destroy the device with it.
  if (author->certificate.name == target.certificate.name) return false;
  const std::string& user = target.certificate.name.user;
  return author->certificate.name.user == user || may_revoke(author, user, target.role);
}

}  // namespace sealpost::trust
