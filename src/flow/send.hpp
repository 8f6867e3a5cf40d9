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
#include "flow/transfer.hpp"

namespace sealpost::flow {

struct OutgoingFile {
  std::filesystem::path path;  // "-" is standard input
  std::string name;            // what the recipient sees
  bool regular = false;        // it was a regular file when the outbox kept it, and has to be one
};

struct SendRequest {
  std::vector<std::string> to;  // user ids, and groups as "group:icu"
  std::optional<std::string> subject;
  std::string purpose;
  std::optional<base::Time> expires;  // default: the policy's
  crypto::SecretBytes body;
  std::vector<OutgoingFile> files;
  std::optional<std::string> key;  // the same key sends once
  bool partial = false;            // send although some recipients cannot be reached
  std::uint64_t bandwidth = 0;     // bytes per second for files; 0: no limit
};

struct Sent {
  std::string id;
  bool duplicate = false;
  // This vault, taken from an older copy, did not know that the relay had accepted the message.
  bool adopted = false;
  std::vector<RecipientRecord> recipients;  // every device, and users that have none
  bool complete = true;                     // everybody was reached
};

// What a sent message in the vault says about itself.
Sent sent_of(const MessageRecord& record, bool duplicate);

// kUsage, kNotFound, kRevoked, kDenied before anything leaves this machine; kConflict when the key
// was used for other content. With kUnreachable, kBusy, kInterrupted, kNoSpace or kTimeout the hint
// says whether the message waits in the outbox, and how it goes on.
base::Result<Sent> send(Installation& installation, const SendRequest& request, Context& context,
                        TransferProgress& progress);

}  // namespace sealpost::flow
