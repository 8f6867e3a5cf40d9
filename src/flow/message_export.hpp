// Messages out of the vault and out of the system: a tar archive, encrypted to age recipients, of
// what each message says and of what proves it. sealpost-message(1) has the layout.
//
// The relay logs an export before its first byte is written; without a relay there is none.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "age/x25519.hpp"
#include "flow/context.hpp"
#include "flow/mailbox.hpp"
#include "flow/transfer.hpp"

namespace sealpost::flow {

struct ExportRequest {
  std::vector<std::string> messages;  // numbers or ids; empty means every message
  std::vector<age::X25519Recipient> recipients;
};
// An attachment that could not be fetched any more.
struct NotExported {
  std::string message;  // id
  std::string name;
  std::string reason;
};
struct Exported {
  std::uint64_t messages = 0;
  std::uint64_t attachments = 0;
  std::vector<NotExported> missing;
};

// kNotFound and kConflict as find_message, kUsage when there is nothing to export, what the client
// says when the relay cannot log it. An attachment that the relay has no more is left out and
// reported; one that is not as its sender signed stops the export with kVerificationFailed.
base::Result<Exported> export_messages(Installation& installation, const ExportRequest& request,
                                       base::ByteSink& sink, Context& context,
                                       TransferProgress& progress);

}  // namespace sealpost::flow
