// This device's journal: what happened here and nobody else could see. Each entry is kept until the
// relay has it, sealpost-events(7), JOURNAL; the next contact hands it in.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "audit/event.hpp"
#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

// What an event of the journal says beside its name: ids only, as everything in the log.
struct Noted {
  std::string event;    // audit::is_journal_event()
  std::string message;  // id; may be empty
  std::vector<std::string> objects;
  audit::Outcome outcome = audit::Outcome::kSuccess;
  std::map<std::string, std::string> details;
};
// Appends an entry. `in_transaction`: the caller's transaction makes it true.
base::Result<void> note_in_journal(Installation& installation, const Noted& noted, base::Time now);
base::Result<void> note_in_transaction(Installation& installation, const Noted& noted,
                                       base::Time now);

// That a passphrase opened the vault, and before that how often a wrong one was given since the
// last time.
base::Result<void> note_opening(Installation& installation, const std::filesystem::path& folder,
                                base::Time now);
// That a wrong passphrase was given for the vault in this folder: beside it, because nothing can be
// written into it. A folder that does not take it changes nothing for the caller, who fails anyway.
void note_wrong_passphrase(const std::filesystem::path& folder, base::Time now);

// Hands in what the relay does not have. Safe to repeat.
base::Result<void> flush_journal(const Installation& installation, client::RelayClient& relay);

}  // namespace sealpost::flow
