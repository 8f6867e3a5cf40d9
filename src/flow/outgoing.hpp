// The way of a sealed message from the vault to the relay, and what makes repeating it safe.
#pragma once

#include <string>
#include <vector>

#include "client/relay_client.hpp"
#include "flow/installation.hpp"
#include "flow/link_records.hpp"
#include "flow/send.hpp"
#include "message/header.hpp"

namespace sealpost::flow {

struct Draft;

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
  std::vector<crypto::Digest> digests;  // of the plaintexts
};
// Goes on with what an earlier process has begun for the message `id`.
base::Result<Uploaded> upload_files(Installation& installation, const SendRequest& request,
                                    const std::string& id, client::RelayClient& relay,
                                    Context& context, TransferProgress& progress);

// A sealed message, its submission, and what opens it: of one to devices the file key, of one to a
// contact the link.
struct Outgoing {
  MessageRecord record;  // without its number, which it gets when it is kept
  wire::Submission submission;
  std::optional<FileKeyRecord> file_key = {};
  std::optional<LinkRecord> link = {};
};
// What waits for the relay's word about one message.
struct WaitingMessage {
  std::int64_t row = 0;
  base::Bytes tag;
  MessageRecord record;
  std::string purpose;
  bool has_files = false;
  wire::Submission submission;  // until it is on its way
  std::size_t size = 0;         // of the submission, in bytes
};
// Stores them in one transaction; what the vault kept of their uploads is not needed any more. What
// comes back is find_waiting() of each.
base::Result<std::vector<WaitingMessage>> keep_outgoing(Installation& installation,
                                                        std::vector<Outgoing> messages);
// Whether keep_outgoing() did, and nobody has confirmed it.
base::Result<bool> is_sealed(const vault::Vault& vault, const std::string& id);

struct Confirmed {
  MessageRecord record;
  bool duplicate = false;
};
// What the relay made of a submission: neither when it has swept away the message's files, and
// there is but the draft again.
struct Settled {
  std::optional<Confirmed> confirmed;
  std::optional<base::Error> refused;
};
// What keep_outgoing() stored of one message.
base::Result<WaitingMessage> find_waiting(const vault::Vault& vault, const std::string& id);
// Checks the relay's answer about each, in their order, and stores what follows in one transaction.
// Fails, with nothing stored, when the answer is about others or a receipt does not verify.
base::Result<std::vector<Settled>> settle(Installation& installation,
                                          std::vector<WaitingMessage> waiting,
                                          const wire::SubmissionResults& results);

// Submits what keep_outgoing() stored and checks the relay's receipt; then the draft goes. A
// refusal of this message removes it from the vault again, but not its draft; any other failure
// leaves it, unconfirmed: an earlier try of the same request may have been accepted. Nothing when
// the relay has swept away the message's files: then there is but the draft again.
base::Result<std::optional<Confirmed>> submit_outgoing(Installation& installation,
                                                       const std::string& id,
                                                       client::RelayClient& relay);
// Without submitting: from what the relay shows about the message. kVerificationFailed.
base::Result<Confirmed> confirm_by_evidence(Installation& installation, const std::string& id,
                                            const wire::EvidenceList& evidence);
// Takes back what keep_outgoing() stored.
base::Result<void> drop_outgoing(Installation& installation, const std::string& id);

// All that is left to do for a message: seals it unless it is sealed, submits it, and once begins
// anew when its files are gone and can be read again.
base::Result<Confirmed> carry_through(Installation& installation, const Draft& draft,
                                      client::RelayClient& relay, Context& context,
                                      TransferProgress& progress);

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
