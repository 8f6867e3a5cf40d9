// Messages in the making: what `send` was asked for, kept from before the first byte of a file is
// sent until the relay has confirmed the message, so that another process can go on with it, or
// begin again when the relay has swept away files that no message named. Rows of Kind::kDraft under
// the message's id.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "flow/send.hpp"

namespace sealpost::flow {

struct Draft {
  std::string id;
  SendRequest request;  // paths of files are absolute, "-" is standard input
  base::Time began;
  bool repeatable = true;  // every file is a regular one that can be read again
};

// While it is sealed only a message with files is kept: without any, sealing takes no time in which
// much can happen.
base::Result<void> keep_draft(vault::Vault& vault, const Draft& draft);
base::Result<std::optional<Draft>> find_draft(const vault::Vault& vault, const std::string& id);
base::Result<void> each_draft(const vault::Vault& vault,
                              const std::function<base::Result<void>(Draft)>& visit);
// With what the vault keeps of its uploads; absent is fine. Call inside a transaction.
base::Result<void> erase_draft(vault::Vault& vault, const std::string& id);

// With absolute paths, so that it means the same in another folder.
base::Result<Draft> draft_of(std::string id, const SendRequest& request, base::Time now);
// kConflict when `request` asks for another message than the draft under its key, as far as can be
// told without reading files.
base::Result<void> check_same_request(const Draft& draft, const Draft& request);

// What the vault knows the upload of file `number` by.
std::string journal_of(const std::string& id, std::size_t number);
SendRequest clone(const SendRequest& request);

}  // namespace sealpost::flow
