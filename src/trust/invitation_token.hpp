// What `member invite` prints and `join` reads: the invitation statement, the secret that it
// delegates to, and what a newcomer must know beforehand. One line of base64url behind a prefix,
// sealpost-note(5), INVITATION TOKEN. Pure.
#pragma once

#include <string>
#include <string_view>

#include "crypto/secret.hpp"
#include "crypto/sign.hpp"
#include "note/statement.hpp"

namespace sealpost::trust {

inline constexpr std::string_view kTokenPrefix = "sealpost-invitation-1-";

struct InvitationToken {
  std::string invitation_note;
  crypto::SigningSeed seed;
  note::Verifier root;
  std::string relay_url;
  std::string relay_pin;  // empty for http://
  note::View log;         // the inviter's view
  note::View trust;       // includes the invitation itself
};

// Secret: the token admits whoever holds it. kMalformed when its parts do not belong together.
base::Result<crypto::SecretBytes> format_token(const InvitationToken& token);
// Ignores white space around and inside, checks a checksum and that seed, invitation and root
// belong together; kMalformed. The invitation's signature is the chain's to judge.
base::Result<InvitationToken> parse_token(std::string_view text);

}  // namespace sealpost::trust
