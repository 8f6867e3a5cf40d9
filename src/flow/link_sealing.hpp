// A message for a contact: leave, a link in the place of devices, and what the contact needs to
// open it. sealpost-link(5). Internal to flow. One thread.
#pragma once

#include <optional>
#include <string>

#include "client/relay_client.hpp"
#include "flow/gate.hpp"
#include "flow/sealing.hpp"

namespace sealpost::flow {

// The contact that the request is for, by alias or id.
std::optional<std::string> contact_in(const SendRequest& request);
// kUsage for a contact beside others, and for link options that contradict each other or belong to
// no contact.
base::Result<void> check_link_wish(const SendRequest& request);

// Whether the contact can be asked for what the request wants. kUsage.
base::Result<void> check_lock(const SendRequest& request, const LinkLeave& leave);

// For whom there is leave. kUsage for a contact whose date of birth is not known, or who was not
// warned of what a link without a passcode is.
base::Result<SealWork> seal_for_contact(const Installation& installation,
                                        const SendRequest& request, const std::string& id,
                                        LinkLeave leave, Uploaded uploaded, base::Time now);

// As seal_and_keep(), whose part this is: kNoConsent as well.
base::Result<void> seal_link_and_keep(Installation& installation, const SendRequest& request,
                                      const std::string& id, client::RelayClient& relay,
                                      Context& context, TransferProgress& progress);

}  // namespace sealpost::flow
