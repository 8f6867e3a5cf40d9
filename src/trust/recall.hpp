// Taking a message back: the statement, and whose word it may be. sealpost-note(5), STATEMENT OF
// RECALL. It is no part of the trust chain, but only the chain says who may give it. Pure,
// thread-safe.
//
// format() and parse_recall() as in trust/statements.hpp: one spelling, kMalformed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "trust/chain.hpp"

namespace sealpost::trust {

// "Nobody who has not read this message is to read it."
struct Recall {
  std::string message;  // id, which is scoped to the device that sent it
  DeviceName from;
  // Over the whole header note with its signature. An admin does not have the message, and may know
  // only its id.
  std::optional<crypto::Digest> message_sha256;
  std::string reason;  // may be empty
  note::View log;
  note::View trust;
  base::Time at;
};

base::Result<std::string> format(const Recall& value);
base::Result<Recall> parse_recall(std::string_view text);

// Whether a device of this name and role may have a message of `from` taken back: the sender its
// own, owners and admins all.
bool may_recall(std::string_view author, Role role, std::string_view from);

// Who signed it, and that they might when the chain was what the statement says to have seen: one
// device, by a key that the chain has for it, now or before, and that was not revoked by then.
// kMalformed; kVerificationFailed for a signature that is missing, wrong or one too many, and for a
// view of another trust chain, or of more of it than there is; kDenied, kRevoked.
struct VerifiedRecall {
  Recall recall;
  std::string by;  // device name
};
base::Result<VerifiedRecall> verify_recall(const Chain& chain, std::string_view recall_note);

}  // namespace sealpost::trust
