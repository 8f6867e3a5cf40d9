// Sending: resolve, check, seal, keep, submit, confirm. sealpost-send(1).
//
// What is submitted is in the vault before the relay sees it, so that repeating the same command
// with the same key after any failure sends exactly once.
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
};

struct SendRequest {
  std::vector<std::string> to;  // user ids
  std::optional<std::string> subject;
  std::string purpose;
  std::optional<base::Time> expires;  // default: the policy's
  crypto::SecretBytes body;
  std::vector<OutgoingFile> files;
  std::optional<std::string> key;  // the same key sends once
  std::uint64_t bandwidth = 0;
  bool partial = false;            // send although some recipients cannot be reached
};

struct Sent {
  std::string id;
  bool duplicate = false;
  std::vector<RecipientRecord> recipients;  // every device, and users that have none
  bool complete = true;                     // everybody was reached
};

// kUsage, kNotFound, kRevoked, kDenied before anything leaves this machine; kConflict when the key
// was used for other content; kUnreachable or kBusy when the outcome is not known: repeat with the
// key.
base::Result<Sent> send(Installation& installation, const SendRequest& request, Context& context,
                        TransferProgress& progress);

}  // namespace sealpost::flow
