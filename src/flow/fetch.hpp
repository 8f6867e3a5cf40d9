// Receiving: deliveries are opened, verified, stored sealed and only then acknowledged.
// sealpost-inbox(1); what is checked is sealpost-message(5), OPENING.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

// A delivery that was not taken in, and why. It is not shown anywhere else.
struct Rejected {
  std::string id;
  std::string from;
  std::string reason;
};

struct Fetched {
  std::uint64_t stored = 0;        // new messages
  std::vector<Rejected> rejected;  // refused for good; the sender learns of it
  // Why the register's keys could not be looked after; what was fetched is stored all the same.
  std::optional<base::Error> neglected = std::nullopt;
};

// Fetches everything that waits at the relay, first waiting up to `wait` for something to come;
// then looks after the register's keys (flow/register_keys.hpp).
// Safe to repeat, and safe to kill at any point: what was acknowledged is stored, what is fetched
// twice is stored once.
base::Result<Fetched> fetch(Installation& installation, std::chrono::seconds wait,
                            Context& context);

// The same, the register aside, for who has visited the relay already. What else ends the wait:
// with `receipts`, one behind that cursor, or a contact's reply.
struct Patience {
  std::chrono::seconds wait{};
  std::optional<std::uint64_t> receipts = {};
};
base::Result<Fetched> fetch_from(Installation& installation, client::RelayClient& relay,
                                 const Patience& patience, Context& context);

}  // namespace sealpost::flow
