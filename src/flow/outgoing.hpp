// The way of a sealed message from the vault to the relay, and what makes repeating it safe.
#pragma once

#include <string>
#include <vector>

#include "client/relay_client.hpp"
#include "flow/installation.hpp"
#include "flow/send.hpp"
#include "message/header.hpp"

namespace sealpost::flow {

// The keyed tag that says "the same content". With a key it covers recipients, purpose, subject,
// body and files; without one it covers this sealed message alone, which is never repeated.
crypto::Digest content_tag(const Installation& installation, const SendRequest& request,
                           const std::vector<crypto::Digest>& file_digests,
                           const crypto::Digest& message_sha256);

// Reads the request's files and compares with what was sent under the same key; kConflict.
base::Result<void> check_same_content(const Installation& installation, const SendRequest& request,
                                      const SeenRecord& seen);

struct Uploaded {
  std::vector<message::Attachment> attachments;
  std::vector<crypto::Digest> digests;  // of the plaintexts; only with a key
};
base::Result<Uploaded> upload_files(Installation& installation, const SendRequest& request,
                                    client::RelayClient& relay, Context& context,
                                    TransferProgress& progress);

// Stores message and submission in one transaction.
base::Result<void> keep_outgoing(Installation& installation, MessageRecord record,
                                 const wire::Submission& submission);

struct Confirmed {
  MessageRecord record;
  bool duplicate = false;
};
// Submits what keep_outgoing() stored and checks the relay's receipt. A refusal of this message
// removes it from the vault again; any other failure leaves it, unconfirmed: an earlier try of the
// same request may have been accepted.
base::Result<Confirmed> submit_outgoing(Installation& installation, const std::string& id,
                                        client::RelayClient& relay);

// What the relay must have accepted.
struct Acceptance {
  std::string_view message;
  std::string_view from;
  std::string_view purpose;
  const crypto::Digest& message_sha256;
};
// Fails with kVerificationFailed unless `statement` is the relay's signed receipt for just that.
base::Result<void> check_accepted(const Installation& installation, std::string_view statement,
                                  const Acceptance& expected);

}  // namespace sealpost::flow
