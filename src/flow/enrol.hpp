// Members come in: an invitation is made and logged; a newcomer joins with it, on their own
// machine, with keys that never leave it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flow/context.hpp"
#include "flow/sync.hpp"
#include "trust/invitation_token.hpp"

namespace sealpost::flow {

// How long a device's certificate is valid before it has to be renewed.
inline constexpr base::milliseconds kCertificateLife = std::chrono::hours(24 * 365);

struct InviteRequest {
  std::string user;
  trust::Role role = trust::Role::kMember;
  std::vector<std::string> purposes;  // service only
  base::Time expires;
};
struct Invited {
  crypto::SecretBytes token;  // admits whoever holds it
  std::string id;             // name of the invitation's key
  base::Time expires;
};
// Whether a member of that role can have these purposes: a service needs some that the policy
// declares for services, nobody else has any. kUsage, kDenied.
base::Result<void> check_purposes(const Installation& installation, trust::Role role,
                                  const std::vector<std::string>& purposes);
// Signs an invitation (with the root key where the role needs it), has the relay log it and returns
// the token. kUsage for names out of form, kDenied when this device may not invite for that role.
// With `root`, that key signs, wherever it comes from; this device only carries the invitation.
base::Result<Invited> invite(Installation& installation, const InviteRequest& request,
                             Context& context, const note::Signer* root = nullptr);

// Turns a token into an installation: pins the root, verifies the relay's trust chain from it,
// makes keys, certifies them with the invitation and enrols. The vault is fresh, or one in which an
// earlier try with the same token was cut off: then that try is completed. kConflict when the
// invitation is used already or the vault has joined, kDenied when it has expired,
// kVerificationFailed when the relay is not the one of the token or its history does not contain
// what the inviter had seen.
base::Result<void> join(vault::Vault& vault, const trust::InvitationToken& token,
                        const std::string& device, Context& context);

// Whether the relay may have enrolled the keys of this vault although join() failed: then they must
// not be thrown away, and joining again completes it.
base::Result<bool> may_be_enrolled(const vault::Vault& vault);

// Who the token is for: the invitation inside, its signature not yet checked.
base::Result<trust::Invitation> invitation_of(const trust::InvitationToken& token);

}  // namespace sealpost::flow
