// Going on with another device from a backup: join as a new device of the same user, take
// everything in, end the old one. Each step can be repeated, so that a run that was cut off is gone
// on with by the next. sealpost-backup(5), sealpost-key(1). One thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "flow/backup_items.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

// Opens the file anew each time it is called.
using OpenBackup = std::function<base::Result<std::unique_ptr<base::ByteSource>>()>;

struct BackupFacts {
  BackedDevice device;
  BackupCounts counts;
};
// Reads all of a backup and believes nothing: decrypts, checks form and trust chain.
// kVerificationFailed for a wrong passphrase or an altered file, kMalformed for one out of form.
base::Result<BackupFacts> examine_backup(const OpenBackup& open, base::ByteView passphrase);

struct Restored {
  std::uint64_t messages = 0;  // that came back now
  std::uint64_t known = 0;     // that were there already
};
// Puts messages, receipts and the root key of a backup into a vault that has joined as a device of
// the same user. All or nothing; safe to repeat. kDenied when the backup is of another user or
// organisation.
base::Result<Restored> restore_backup(Installation& installation, const OpenBackup& open,
                                      base::ByteView passphrase);

struct RestoreRequest {
  OpenBackup open;
  base::ByteView passphrase;   // borrowed
  const BackedDevice& backed;  // borrowed; from examine_backup()
  // Asked only when the vault has not joined yet; nothing: the one in the backup is used.
  std::function<base::Result<std::optional<crypto::SecretBytes>>()> invitation;
  std::string device;  // short name of the new one
  bool keep_old = false;
  // Told, with its name, before the old device is revoked; what waits for it at the relay goes
  // then.
  std::function<void(const std::string& old_device)> before_end;
};

// One going on, from the vault on. Borrows the context.
class Continuation {
 public:
  Continuation(RestoreRequest request, Context& context)
      : request_(std::move(request)), context_(context) {}

  // Joins, unless the vault has; restores; revokes the old device, unless it is to be kept.
  // kDenied without an invitation, and the errors of join(), restore_backup() and revoke_device();
  // kMfaRequired says that the same command goes on after the code.
  base::Result<void> run(vault::Vault& vault);
  // Whether a vault in which run() failed may be a device already, and is not to be thrown away.
  base::Result<bool> keeps(const vault::Vault& vault) const;

  const std::string& device() const { return device_; }  // full name of the new one
  const std::string& old_device() const { return old_; }
  bool old_revoked() const { return old_revoked_; }
  // It stood until now: what it had not fetched is dropped.
  bool dropped_waiting() const { return dropped_waiting_; }
  const Restored& restored() const { return restored_; }

 private:
  base::Result<void> go_through(vault::Vault& vault);
  base::Result<void> join(vault::Vault& vault);
  base::Result<void> end_old(Installation& installation);

  RestoreRequest request_;
  Context& context_;
  bool joined_ = false;
  std::string device_;
  std::string old_;
  bool old_revoked_ = false;
  bool dropped_waiting_ = false;
  Restored restored_;
};

}  // namespace sealpost::flow
