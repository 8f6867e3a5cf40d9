// What a vault keeps of the links that it has made: to show the address again, to open what comes
// back. Row "<message id>" of Kind::kLink. sealpost-link(5). One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "flow/notice_state.hpp"
#include "vault/vault.hpp"
#include "wire/messages.hpp"

namespace sealpost::flow {

struct LinkRecord {
  crypto::SecretBytes address;   // the whole of it, with the secret
  crypto::SecretBytes answer;    // key of the proof in replies
  crypto::SecretBytes identity;  // AGE-SECRET-KEY-1..., to which replies are encrypted
  std::string contact;           // id
  std::string channel;           // by which the contact may be told; may be empty
  wire::Passcode passcode = wire::Passcode::kNone;
  base::Time expires;
  std::vector<std::string> replies;  // ids of those that are stored
  NoticeState notice = {};
};

base::Result<std::optional<LinkRecord>> find_link(const vault::Vault& vault,
                                                  const std::string& message);
base::Result<void> keep_link(vault::Vault& vault, const std::string& message,
                             const LinkRecord& record);
// Absent is fine; its notice goes with it.
base::Result<void> forget_link(vault::Vault& vault, const std::string& message);

// Messages whose contacts are to be told and were not yet: row "<message id>" of Kind::kLinkNotice.
base::Result<void> await_notice(vault::Vault& vault, const std::string& message);
base::Result<bool> awaits_notice(const vault::Vault& vault, const std::string& message);
base::Result<std::vector<std::string>> awaited_notices(const vault::Vault& vault);
base::Result<void> forget_notice(vault::Vault& vault, const std::string& message);

// Of links whose replies the relay does not keep any more. True when there were any.
base::Result<bool> erase_old_links(vault::Vault& vault, base::Time now);

}  // namespace sealpost::flow
