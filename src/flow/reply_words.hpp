// What contacts say about stopping in their replies: exact words of revocation end the purpose or
// all of them, unclear ones pause the contact until a person has decided. sealpost-link(5), STOP.
// Internal to flow. One thread.
#pragma once

#include <string>

#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

struct ReplyWord {
  std::string reply;    // id of the message that the reply was stored as
  std::string contact;  // id
  std::string purpose;  // of what it answers
  std::string text;
  base::Time at;  // when it reached the relay
};
// Kept until it is in the register, if it says anything about stopping. Inside the transaction that
// stores the reply.
base::Result<void> note_reply_word(vault::Vault& vault, const ReplyWord& word);

// Writes what was noted into the register, for who may write there. As record_stops().
base::Result<void> record_reply_words(Installation& installation, client::RelayClient& relay,
                                      Context& context);

}  // namespace sealpost::flow
