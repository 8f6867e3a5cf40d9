// What a person needs to go on with another device, in one file under a passphrase.
// sealpost-backup(5). Out of it again: flow/restore.hpp. One thread.
#pragma once

#include <optional>
#include <string>

#include "flow/backup_items.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

// How long the invitation in a backup admits a new device.
inline constexpr base::milliseconds kBackupInvitationLife = std::chrono::hours(24 * 30);

struct BackedUp {
  BackupCounts counts;
  bool root_key = false;
  std::optional<base::Time> invitation_expires;  // nothing: there is none in it
  std::string no_invitation;                     // why, one sentence; empty when there is one
  std::uint64_t outbox = 0;                      // messages that are not in it, unsent yet
};

// Writes the backup, encrypted, into the sink. The relay is asked for an invitation; when it cannot
// be reached, or this role may not invite its own user, the backup has none. Notes in the vault
// when it was made.
base::Result<BackedUp> back_up(Installation& installation, base::ByteView passphrase,
                               base::ByteSink& sink, Context& context);
// When note_backup() was last called; nothing before the first time.
base::Result<std::optional<base::Time>> last_backup(const vault::Vault& vault);
// Call when the file is safely where it belongs.
base::Result<void> note_backup(vault::Vault& vault, base::Time at);

}  // namespace sealpost::flow
