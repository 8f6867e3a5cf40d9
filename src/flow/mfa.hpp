// One-time codes of this device's member, sealpost-mfa(1). Each of these meets the relay anew: the
// trust chain and the log are checked as ever, and nothing is asked that needs a code first.
// Errors are those of a visit, and kMfaRequired for a wrong code.
#pragma once

#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

// Shown once, and kept nowhere here.
struct MfaSecret {
  crypto::SecretBytes secret;                 // base32, as people type it
  crypto::SecretBytes uri;                    // otpauth://..., as authenticator apps take it
  std::vector<crypto::SecretBytes> recovery;  // single use each
};
// kConflict when the member has codes already.
base::Result<MfaSecret> mfa_enrol(Installation& installation, Context& context);

// A code of now, or a recovery code. Until when this device needs no other, if it is in use.
base::Result<base::Time> mfa_verify(Installation& installation, std::string_view code,
                                    Context& context);

struct MfaState {
  bool required = false;  // of this role
  bool enrolled = false;
  std::optional<base::Time> proven_until;
  std::optional<base::Time> paused_until;
  std::uint64_t recovery_codes = 0;
};
base::Result<MfaState> mfa_state(Installation& installation, Context& context);

// Takes the codes of a member back. kNotFound, kDenied.
base::Result<void> mfa_reset(Installation& installation, std::string_view user, Context& context);

}  // namespace sealpost::flow
