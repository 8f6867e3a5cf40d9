// The gate in front of everything that writes to a contact: one decision, and its record in the
// audit log. sealpost-consent(1). One thread.
#pragma once

#include <optional>
#include <string>

#include "flow/registry.hpp"

namespace sealpost::flow {

// Now, for a contact: clocks differ, and what was read counts, whatever time its event has.
base::Time present(const reg::Contact& contact, base::Time now);

// What the register says now, of this vault as it has read it; nothing is logged. kUsage for a
// purpose that the policy does not declare or a channel that there is not.
base::Result<reg::Decision> decide_for(const Installation& installation,
                                       const reg::Contact& contact, const std::string& purpose,
                                       const std::string& channel, base::Time now);

// Whether the contact of a grant may be written to now for all that it covers: the first refusal,
// as while a pause stands or before the grant begins, or else leave. kNotFound.
base::Result<reg::Decision> decide_grant(const Installation& installation,
                                         const reg::GrantRecord& grant, base::Time now);

// What decide_for() says, and the relay has logged it before this returns.
base::Result<reg::Decision> pass_gate(const Installation& installation, client::RelayClient& relay,
                                      const reg::Contact& contact, const std::string& purpose,
                                      const std::string& channel, base::Time now);

inline constexpr std::string_view kContactAddress = "contact:";

// Leave for a link to a contact, logged: by the channel that it may be told by, of which text
// messages come first; by any, and an empty channel, for one of whom no way is known.
struct LinkLeave {
  KeyedContact contact;
  std::string channel;
  bool warned = false;  // the contact was told of the risk of what is not encrypted
};
// What the gate says of a link to a contact, by the best way that there is to tell of it; nothing
// is logged.
struct LinkDecision {
  KeyedContact contact;
  std::string purpose;
  std::string channel;
  reg::Decision decision;
};
// Of this vault as it has read the register; ways that are `preferred` come first. kNotFound,
// kUsage.
base::Result<LinkDecision> decide_link(const Installation& installation, const std::string& who,
                                       const std::string& purpose, base::Time now,
                                       const std::vector<std::string>& preferred = {});
// As the relay logs it.
wire::ConsentDecision decision_of(const LinkDecision& decided);
// kNoConsent.
base::Result<LinkLeave> leave_of(LinkDecision decided, const std::string& who);
// All of that for one contact. kConflict for one whose personal fields were destroyed.
base::Result<LinkLeave> leave_for_link(Installation& installation, client::RelayClient& relay,
                                       const std::string& who, const std::string& purpose,
                                       Context& context,
                                       const std::vector<std::string>& preferred = {});

// kNoConsent, saying which purpose lacks what.
base::Error no_consent(const std::string& who, const std::string& purpose,
                       const reg::Decision& decision);

// Purposes of consents: declared by the policy, whoever may use them. kUsage, naming the nearest.
base::Result<void> check_declared(const policy::Policy& policy, std::string_view purpose);
// kUsage, naming those that there are.
base::Result<void> check_channel(const std::string& channel);

}  // namespace sealpost::flow
