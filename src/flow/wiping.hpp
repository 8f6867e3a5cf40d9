// A device that is ordered wiped: it takes the order from the relay, believing nothing, writes it
// down, destroys what it holds, and answers. From the moment the order is written down there is no
// way back: whatever interrupts the rest, the next command completes it. One thread.
//
// `vault` is the path of the profile's vault; it need not exist any more.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"
#include "trust/wipe.hpp"

namespace sealpost::flow {

// The order that a relay shows to this device, judged from the root's key alone with the entries
// that come with it. kVerificationFailed for whatever does not hold: another organisation's or
// device's, another key's, of somebody who may not give it or is revoked.
base::Result<trust::VerifiedWipe> verify_order(const trust::WipeFile& self,
                                               const wire::StandingOrder& shown);

// Asks the relay without opening the vault, within two seconds. True when there is an order, which
// is written down now: obey_order() must follow. A relay that does not answer is no error;
// kVerificationFailed for an order that does not hold.
base::Result<bool> ask_for_order(const std::filesystem::path& vault, Context& context);

// The same whenever this device meets its relay. kRevoked when there is an order: the vault must be
// closed and obey_order() follow.
base::Result<void> heed_order(Installation& installation, client::RelayClient& relay);

// Whether an order is written down.
bool is_ordered(const std::filesystem::path& vault);

struct Obeyed {
  trust::Wipe order;
  std::string by;
  std::optional<base::Time> at = {};  // when all was gone
  bool told = false;                  // the relay has the answer
};
// The order that is written down, obeyed or not.
base::Result<Obeyed> read_order(const std::filesystem::path& vault);

// Does what the order says, or the rest of it, and tells the relay, within two seconds. Safe to
// repeat. `lock_agent` makes the agent forget the vault's key; it comes first.
base::Result<Obeyed> obey_order(const std::filesystem::path& vault,
                                const std::function<void()>& lock_agent, Context& context);

// What every command of such a profile says. kRevoked.
base::Error wiped_error(const Obeyed& obeyed);

}  // namespace sealpost::flow
