// The rules of the trust chain, one kind of statement after the other: who may say it, which
// signatures it carries, what must not stand against it. sealpost-note(5), TRUST CHAIN, has them in
// words. Private to this module. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "trust/chain.hpp"

namespace sealpost::trust {

// One entry under judgement. Every rule checks first and changes the chain last, so that a refusal
// changes nothing. Borrows the chain and the entry, both for the length of one append.
class ChainRules {
 public:
  ChainRules(Chain& chain, std::string_view entry, note::Note note)
      : chain_(chain), entry_(entry), note_(std::move(note)) {}
  base::Result<void> take_in();

 private:
  base::Result<void> organisation();
  base::Result<void> relay();
  base::Result<void> policy();
  base::Result<void> invitation();
  base::Result<void> certificate();
  base::Result<void> revocation();
  base::Result<void> role();
  base::Result<void> register_skip();

  base::Result<void> first_certificate(Certificate certificate);
  base::Result<void> check_invited(const Certificate& certificate,
                                   const Chain::OpenInvitation& invitation) const;
  Chain::OpenInvitation* signing_invitation();
  base::Result<void> successor(Certificate certificate);
  base::Result<void> check_role_of_user(std::string_view user, Role role) const;
  base::Result<void> revoke_device(const Revocation& revocation, const Device* author);
  base::Result<void> revoke_invitation(const Revocation& revocation, const Device* author);
  Device& install(Certificate certificate);
  void stand(Device& device, Role role, std::vector<std::string> purposes);
  void void_invitations(const RoleChange& change);
  // The author's name as others read it: the device's, or the organisation's for the root.
  std::string signed_as(const Device* author) const;

  // The note carries a valid signature of each of these keys and no other signature.
  // kVerificationFailed.
  base::Result<void> require_signatures(const std::vector<note::Verifier>& keys) const;
  // Who alone signed: a device in good standing at `at`, or nullptr for the root.
  // kVerificationFailed, kRevoked, kDenied.
  base::Result<const Device*> author(base::Time at) const;

  Chain& chain_;
  std::string_view entry_;
  note::Note note_;
};

// Every purpose of `narrow` is one of `wide`.
bool within(const std::vector<std::string>& narrow, const std::vector<std::string>& wide);
// begin <= at <= end
inline bool within(base::Time at, base::Time begin, base::Time end) {
  return begin <= at && at <= end;
}

}  // namespace sealpost::trust
