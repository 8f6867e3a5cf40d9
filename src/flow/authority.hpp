// Taking authority away and changing it: revocations and changes of role. Each is signed by this
// device where it may, otherwise with the root key where this installation holds it, and is in
// force when the relay has committed it. One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

// One more statement, as `text` makes it anew for each try, signed and committed like these. Its
// rules are the chain's: kDenied, kConflict, kNotFound.
base::Result<void> add_statement(Installation& installation, client::RelayClient& relay,
                                 const std::function<base::Result<std::string>()>& text);

struct Ending {
  std::string target;    // name of a device, or of an invitation's key
  bool already = false;  // it was revoked before
  // Devices that joined by an invitation of this one and stand: whoever had the device may have
  // made them.
  std::vector<std::string> joined_through;
};

// kConflict: what would leave the organisation without an owner's device is not done. The relay
// refuses it, too.
base::Error last_owner(const Installation& installation);

// kNotFound, kDenied, last_owner(). A device that is revoked already is no error.
base::Result<Ending> revoke_device(Installation& installation, const trust::DeviceName& name,
                                   const std::string& reason, Context& context);

// Every device of the user that stands, and every invitation of theirs that is open, all or none.
// Empty when nothing was left to end; kNotFound for a user that the chain does not know, kDenied,
// last_owner().
base::Result<std::vector<Ending>> revoke_member(Installation& installation, const std::string& user,
                                                const std::string& reason, Context& context);

struct NewRole {
  std::string user;
  trust::Role role = trust::Role::kMember;
  std::vector<std::string> purposes;  // service only
  std::string reason;                 // may be empty
};
// False when the user has this role already. kUsage, kNotFound, kDenied, last_owner().
base::Result<bool> change_role(Installation& installation, const NewRole& wanted, Context& context);

}  // namespace sealpost::flow
