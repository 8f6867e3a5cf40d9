// Having another device wiped: the order, and what became of it. sealpost-device(1). One thread.
#pragma once

#include <optional>
#include <string>

#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"
#include "trust/wipe.hpp"

namespace sealpost::flow {

struct WipeRequest {
  std::string device;  // full name
  std::string reason;
  bool keep_access = false;  // do not revoke the device as well
};
enum class Access { kKept, kRevoked, kRevokedBefore, kNotOurs };
struct Ordered {
  std::string id;
  Access access = Access::kKept;  // kNotOurs: this device may not revoke that one
};
// Signs the order with this device's key, leaves it at the relay, and then revokes the device, when
// this one may and the request does not say otherwise. kDenied, kNotFound. Repeating it is safe:
// the newest order counts.
base::Result<Ordered> order_wipe(Installation& installation, const WipeRequest& request,
                                 Context& context);

// What the relay says of the newest order for a device: its times are the relay's, and that the
// order was fetched is its word. That the device was wiped is the device's own, signed.
struct WipeState {
  std::string id;
  std::string by;
  std::string reason;
  base::Time ordered;
  std::optional<base::Time> fetched;
  std::optional<base::Time> wiped;
  // A machine with an earlier key of the device was wiped, and the one with the key that the order
  // names has not answered. Then `wiped` is not set.
  std::optional<base::Time> copy_wiped;
};
// Nothing when there is no order, or this device may not know. kVerificationFailed when an order or
// an answer does not hold.
base::Result<std::optional<WipeState>> wipe_state(const Installation& installation,
                                                  client::RelayClient& relay,
                                                  const std::string& device);

}  // namespace sealpost::flow
