// From a request to a sealed message in the vault, ready to be submitted: what sending and going on
// with sending have in common. Internal to flow.
#pragma once

#include <string>

#include "client/relay_client.hpp"
#include "flow/send.hpp"
#include "message/sealed.hpp"

namespace sealpost::flow {

// What a message has whoever it is for: all but the recipients, and the keys.
base::Result<message::Header> begin_header(const Installation& installation,
                                           const SendRequest& request, const std::string& id,
                                           base::Time now);
wire::Submission begin_submission(const message::Header& header,
                                  const message::SealedMessage& sealed, base::ByteView tag);
MessageRecord begin_record(const message::Header& header, const message::SealedMessage& sealed,
                           const SendRequest& request);

// What can be wrong with a request without asking anybody: kUsage, kDenied.
base::Result<void> check_request(const Installation& installation, const SendRequest& request,
                                 base::Time now);

// Finds the recipients, uploads the files, seals the message for whoever receives then, and keeps
// it with its submission and its file key, in one transaction.
base::Result<void> seal_and_keep(Installation& installation, const SendRequest& request,
                                 const std::string& id, client::RelayClient& relay,
                                 Context& context, TransferProgress& progress);

}  // namespace sealpost::flow
