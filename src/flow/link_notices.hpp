// Notices of links to contacts: intended in the transaction that stores the link, sent after the
// relay has the message, and marked when they were taken. sealpost-notify(1).
//
// What is intended and not marked waits in the outbox. A notice has an id that only this vault can
// make of message and contact, the same each time. Call with the lease of the message. One thread.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "flow/context.hpp"
#include "flow/installation.hpp"
#include "flow/mailbox.hpp"
#include "flow/send.hpp"
#include "notify/notifier.hpp"

namespace sealpost::flow {

// The page behind this organisation's links: the policy's, or the relay's own.
base::Result<std::string> link_page(const Installation& installation);
// How the organisation signs notices, and links as long as all that it makes.
base::Result<notify::Sender> notice_sender(const Installation& installation);

// The channel of a notice by the consent's: link-sms, link-email; and all that are served.
std::optional<notify::Channel> notice_channel(std::string_view consent_channel);
std::vector<std::string> channels_of(const notify::Notifier& notifier);
// Whether anybody it is for gets a link.
bool is_for_contact(const SendRequest& request);

// Sends the notices of confirmed messages, as many at once as the notifier has connections, unless
// one was sent, none is intended, or the contact may not be written to any more; without a
// `notifier` says where they stand. Each is marked as soon as it was taken, and told of with its
// place, in any order, on the caller's thread: the messages stand, whatever becomes of the notices.
// Fails with what `told` fails with, and then the rest stays untold.
using NoticeTold = std::function<base::Result<void>(std::size_t at, NoticeState state)>;
base::Result<void> send_notices(Installation& installation, std::span<const std::string> messages,
                                notify::Notifier* notifier, Context& context,
                                const NoticeTold& told);

// `sent` with its link, if it has one, whose notice is sent now as send_notices() does.
base::Result<Sent> tell_contact(Installation& installation, Sent sent, notify::Notifier* notifier,
                                Context& context);

// Where the notice of this message stands, if it is one to a contact.
base::Result<void> add_notice_state(const vault::Vault& vault, Listed& message);

// Reads what is new in the register when the notice of this message waits: what the contact said
// since the message was sent counts. `relay` was visited.
base::Result<void> hear_of_contact(Installation& installation, client::RelayClient& relay,
                                   const std::string& message, Context& context);
// None is intended any more.
base::Result<void> give_up_notice(vault::Vault& vault, const std::string& message);

}  // namespace sealpost::flow
