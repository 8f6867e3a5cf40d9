// From the users that somebody wrote down to devices that can be encrypted to: certified, not
// revoked, with a prekey that the device itself has signed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "age/x25519.hpp"
#include "flow/sync.hpp"

namespace sealpost::flow {

struct Target {
  std::string user;
  std::string device;  // full name
  std::string prekey;  // id
  age::X25519Recipient recipient;
  bool last_resort = false;  // the prekey is one that others get too
  base::Time expires;        // of the prekey
};
struct Targets {
  std::vector<Target> reachable;
  std::vector<RecipientRecord> unreachable;  // state unknown, revoked or refused
};

// These users, each once. kUsage for a name that is no user id, or when there are none.
base::Result<std::vector<std::string>> distinct_users(std::vector<std::string> users);

// kUsage as distinct_users(). What was claimed before, as `have`
// says, is not claimed again.
base::Result<Targets> find_targets(const Installation& installation, client::RelayClient& relay,
                                   const std::vector<std::string>& users, base::Time now,
                                   const Targets& have = {});

// The same for several messages at once, with a prekey of its own for each.
base::Result<std::vector<Targets>> find_targets(
    const Installation& installation, client::RelayClient& relay,
    const std::vector<std::vector<std::string>>& messages, base::Time now);

// Why a user cannot receive messages now: "unknown", "revoked" or "refused"; empty for one who can.
std::string_view receiving_problem(const trust::Chain& chain, const std::string& user,
                                   base::Time now);

// One device alone, claimed anew. Nothing when it does not receive messages now, or has no prekey;
// kVerificationFailed for a prekey that the device did not sign.
base::Result<std::optional<Target>> claim_target(const Installation& installation,
                                                 client::RelayClient& relay,
                                                 const std::string& device, base::Time now);

// The error for recipients that cannot be reached, naming each: kNotFound when one is unknown, else
// kRevoked, else kDenied.
base::Error unreachable_error(const std::vector<RecipientRecord>& unreachable);

}  // namespace sealpost::flow
