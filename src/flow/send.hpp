// Sending: resolve, check, seal, keep, submit, confirm. sealpost-send(1).
//
// A message with files is in the vault as a draft before the first byte of them is sent, and every
// message is there sealed before the relay sees it. So repeating the same command with the same
// key, or the outbox (flow/outbox.hpp), goes on after any failure and sends exactly once. One
// process at a time works on one message.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"
#include "flow/notice_state.hpp"
#include "flow/transfer.hpp"

namespace sealpost::notify {
class Notifier;
}

namespace sealpost::flow {

struct OutgoingFile {
  std::filesystem::path path;  // "-" is standard input
  std::string name;            // what the recipient sees
  bool regular = false;        // it was a regular file when the outbox kept it, and has to be one
};

// How a contact gets at a message.
struct LinkWish {
  // Nothing: the date of birth, where the register has it.
  std::optional<wire::Passcode> passcode = {};
  crypto::SecretBytes code;  // with kAsk: what the contact will be asked for
  std::uint64_t views = 1;   // how often it may be opened
  // Channels of consents by which the contact can be told of it, and is to be: link-sms,
  // link-email.
  std::vector<std::string> told_by = {};
};

struct SendRequest {
  // User ids, and groups as "group:icu"; or one contact, as "contact:jane-doe".
  std::vector<std::string> to;
  std::optional<std::string> subject;
  std::string purpose;
  std::optional<base::Time> expires;  // default: the policy's
  crypto::SecretBytes body;
  std::vector<OutgoingFile> files;
  std::optional<std::string> key;  // the same key sends once
  bool partial = false;            // send although some recipients cannot be reached
  std::uint64_t bandwidth = 0;     // bytes per second for files; 0: no limit
  LinkWish link = {};
};

// The way to a message that a contact was sent. Its address opens the message.
struct LinkMade {
  crypto::SecretBytes address;
  std::string channel;  // by which the contact may be told; empty when the register knows no way
  wire::Passcode passcode = wire::Passcode::kNone;
  base::Time expires;
  NoticeState notice = {};
};

struct Sent {
  std::string id;
  bool duplicate = false;
  // This vault, taken from an older copy, did not know that the relay had accepted the message.
  bool adopted = false;
  std::vector<RecipientRecord> recipients;  // every device, and users that have none
  bool complete = true;                     // everybody was reached
  std::optional<LinkMade> link = {};
};

// What a sent message in the vault says about itself.
Sent sent_of(const MessageRecord& record, bool duplicate);

// kUsage, kNotFound, kRevoked, kDenied before anything leaves this machine; kConflict when the key
// was used for other content. With kUnreachable, kBusy, kInterrupted, kNoSpace or kTimeout the hint
// says whether the message waits in the outbox, and how it goes on. A contact is told of the link
// by `notifier` (flow/link_notices.hpp); a message whose notice failed is sent all the same.
base::Result<Sent> send(Installation& installation, const SendRequest& request, Context& context,
                        TransferProgress& progress, notify::Notifier* notifier = nullptr);

}  // namespace sealpost::flow
