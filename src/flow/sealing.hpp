// From a request to a sealed message in the vault, ready to be submitted: what sending and going on
// with sending have in common. Internal to flow.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client/relay_client.hpp"
#include "flow/outgoing.hpp"
#include "flow/recipients.hpp"
#include "flow/send.hpp"
#include "message/sealed.hpp"

namespace sealpost::flow {

// What is left of sealing when everybody has been asked: it needs neither vault nor relay, and runs
// on any thread. Borrows the request and the installation.
using SealWork = std::function<base::Result<Outgoing>(base::Random&)>;

// What a message has whoever it is for: all but the recipients, and the keys.
base::Result<message::Header> begin_header(const Installation& installation,
                                           const SendRequest& request, const std::string& id,
                                           base::Time now);
// The same of what is kept and submitted, with the content tag; the recipients are still missing.
Outgoing begin_outgoing(const Installation& installation, const SendRequest& request,
                        const message::Header& header, const message::SealedMessage& sealed,
                        const std::vector<crypto::Digest>& file_digests);

// kNotFound, kRevoked, kDenied unless everybody, or with `partial` somebody, can be reached.
base::Result<void> check_reach(const Targets& targets, bool partial);
base::Result<SealWork> seal_for_devices(const Installation& installation,
                                        const SendRequest& request, const std::string& id,
                                        Targets targets, Uploaded uploaded, base::Time now);

// What can be wrong with a request without asking anybody: kUsage, kDenied.
base::Result<void> check_request(const Installation& installation, const SendRequest& request,
                                 base::Time now);

// Finds the recipients, uploads the files, seals the message for whoever receives then, and keeps
// it with its submission and its file key, in one transaction.
base::Result<void> seal_and_keep(Installation& installation, const SendRequest& request,
                                 const std::string& id, client::RelayClient& relay,
                                 Context& context, TransferProgress& progress);

}  // namespace sealpost::flow
