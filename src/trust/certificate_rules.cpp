// Invitations and certificates: how authority is handed on, and that it only ever narrows.
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "trust/chain_rules.hpp"
#include "trust/wipe.hpp"

namespace sealpost::trust {
namespace {

using base::Code;
using base::Error;
using base::Result;

Error denied(std::string text) { return {Code::kDenied, std::move(text), ""}; }

std::string note_hash(std::string_view note) {
  return base::to_hex(crypto::sha256(base::as_bytes(note)));
}

// What a device may hand on by its role, or to another device of its own user.
Result<void> check_inviter(const Device& inviter, const Invitation& invitation) {
  if (may_invite(inviter.role, invitation.role)) return {};
  if (allowed(inviter.role, Operation::kInvite)) {
    return Error{Code::kDenied, "only the root may invite owners and admins",
                 "sign with the organisation's root key"};
  }
  if (invitation.user != inviter.certificate.name.user) {
    return denied(fmt::format("a device of the role {} may invite devices of its own user only",
                              role_name(inviter.role)));
  }
  if (invitation.role != inviter.role) {
    return denied("a device may invite another device in its own role only");
  }
  if (!within(invitation.purposes, inviter.purposes)) {
    return denied("a service may not hand on purposes that it does not have");
  }
  return {};
}

}  // namespace

Result<void> ChainRules::invitation() {
  TRY(Invitation value, parse_invitation(note_.text));
  const std::string name = value.key.name();
  if (!is_invitation_key(name, chain_.organisation())) {
    return denied("the invitation is into another organisation");
  }
  TRY(const Device* inviter, author(value.at));
  if (inviter != nullptr) {
    TRY(check_inviter(*inviter, value));
  }
  if (chain_.invitations_.contains(name)) {
    return Error{Code::kConflict, "an invitation with this key stands in the chain already", ""};
  }
  TRY(check_role_of_user(value.user, value.role));
  Chain::OpenInvitation open;
  open.invitation = std::move(value);
  open.note_hash = note_hash(entry_);
  open.inviter = signed_as(inviter);
  chain_.invitations_.emplace(name, std::move(open));
  return {};
}

Result<void> ChainRules::certificate() {
  TRY(Certificate value, parse_certificate(note_.text));
  if (value.name.organisation != chain_.organisation()) {
    return denied("the certificate is for a device of another organisation");
  }
  return value.number == 0 ? first_certificate(std::move(value)) : successor(std::move(value));
}

// The invitation whose key is among the signers, nullptr when there is none.
Chain::OpenInvitation* ChainRules::signing_invitation() {
  for (const note::SignatureLine& line : note_.signatures) {
    const auto found = chain_.invitations_.find(line.name);
    if (found != chain_.invitations_.end()) return &found->second;
  }
  return nullptr;
}

Result<void> ChainRules::first_certificate(Certificate certificate) {
  Chain::OpenInvitation* invitation = nullptr;
  if (certificate.issuer == "root") {
    TRY(require_signatures({chain_.root(), certificate.key}));
  } else {
    invitation = signing_invitation();
    if (invitation == nullptr) {
      return Error{Code::kVerificationFailed, "no invitation in the chain signed the certificate",
                   ""};
    }
    TRY(check_invited(certificate, *invitation));
  }
  if (certificate.key.key() == chain_.root().key()) {
    return denied("a device may not use the root's key as its own");
  }
  if (chain_.device(certificate.name.str()) != nullptr) {
    return Error{Code::kConflict,
                 fmt::format("there is a device {} already", certificate.name.str()),
                 "choose another name for the device; names are never used again"};
  }
  TRY(check_role_of_user(certificate.name.user, certificate.role));
  if (invitation != nullptr) invitation->used = true;
  Device& device = install(std::move(certificate));
  device.joined = device.entry;
  device.joined_at = device.certificate.at;
  device.inviter = invitation == nullptr ? chain_.organisation() : invitation->inviter;
  return {};
}

Result<void> ChainRules::check_invited(const Certificate& certificate,
                                       const Chain::OpenInvitation& open) const {
  const Invitation& invitation = open.invitation;
  TRY(require_signatures({invitation.key, certificate.key}));
  if (certificate.issuer != "invitation " + open.note_hash) {
    return denied("the certificate refers to another invitation than the one that signed it");
  }
  if (open.revoked) return Error{Code::kRevoked, "the invitation is revoked", "ask for a new one"};
  if (open.used) {
    return Error{Code::kConflict, "the invitation is used already", "ask for a new one"};
  }
  if (certificate.name.user != invitation.user) {
    return denied(fmt::format("the invitation is for {}, not for {}", invitation.user,
                              certificate.name.user));
  }
  if (certificate.role != invitation.role) {
    return denied(fmt::format("the invitation is for the role {}, not for {}",
                              role_name(invitation.role), role_name(certificate.role)));
  }
  if (!within(certificate.purposes, invitation.purposes)) {
    return denied("the certificate names purposes that the invitation does not");
  }
  if (!within(certificate.at, invitation.at, invitation.expires)) {
    return Error{Code::kDenied, "the invitation is not valid at the certificate's time",
                 "ask for a new invitation, and check this machine's clock"};
  }
  if (certificate.key.key() == invitation.key.key()) {
    return denied("a device may not use the invitation's key as its own");
  }
  return {};
}

Result<void> ChainRules::successor(Certificate certificate) {
  const Device* device = chain_.device(certificate.name.str());
  if (device == nullptr) {
    return Error{Code::kConflict, "the certificate has no predecessor in the chain", ""};
  }
  const Certificate& before = device->certificate;
  std::vector<note::Verifier> keys{before.key};
  if (certificate.key != before.key) keys.push_back(certificate.key);
  TRY(require_signatures(keys));
  if (device->revoked) {
    return Error{Code::kRevoked, fmt::format("{} is revoked", certificate.name.str()), ""};
  }
  if (certificate.number != before.number + 1) {
    return Error{Code::kConflict,
                 fmt::format("the certificate after number {} has number {}", before.number,
                             before.number + 1),
                 ""};
  }
  if (certificate.issuer != "certificate " + note_hash(device->certificate_note)) {
    return Error{Code::kConflict, "the certificate names another predecessor", ""};
  }
  if (certificate.role != device->role) {
    return Error{Code::kDenied, "a successor carries the role that its user has",
                 "another role is given with `sealpost member role`"};
  }
  if (!within(certificate.purposes, device->purposes)) {
    return denied("a successor may not have purposes that its predecessor had not");
  }
  if (!within(certificate.at, before.at, before.expires)) {
    return denied("a successor begins within its predecessor's validity");
  }
  if (certificate.key.key() == chain_.root().key()) {
    return denied("a device may not use the root's key as its own");
  }
  install(std::move(certificate));
  return {};
}

Device& ChainRules::install(Certificate certificate) {
  Device& device = chain_.devices_[certificate.name.str()];
  const bool another = device.keys.empty() || device.keys.back() != certificate.key;
  device.rekeyed = another && !device.keys.empty();
  if (another) {
    device.keys.push_back(certificate.key);
    chain_.keys_.emplace(fingerprint(certificate.key.key()), certificate.name.str());
  }
  stand(device, certificate.role, certificate.purposes);
  device.certificate = std::move(certificate);
  device.certificate_note = std::string(entry_);
  device.entry = chain_.size();
  return device;
}

}  // namespace sealpost::trust
