#include "flow/restore.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "age/scrypt.hpp"
#include "age/stream.hpp"
#include "flow/authority.hpp"
#include "flow/enrol.hpp"
#include "flow/mailbox.hpp"
#include "receipt/receipt.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

base::Result<BackupCounts> read_backup(const OpenBackup& open, base::ByteView passphrase,
                                       const BackupVisitor& visitor) {
  TRY(const std::unique_ptr<base::ByteSource> file, open());
  const age::ScryptIdentity identity(passphrase);
  const age::Identity* const identities[] = {&identity};
  BackupReader reader(visitor);
  TRY(age::decrypt(*file, reader, identities));
  return reader.finish();
}

base::Result<void> ignore_record(base::ByteView) { return {}; }
base::Result<void> ignore_text(const std::string&) { return {}; }

// The trust chain in the backup verifies and knows the device that made it.
class ChainCheck {
 public:
  base::Result<void> begin(const Profile& profile) {
    TRY(const note::Verifier root, note::Verifier::parse(profile.root));
    name_ = trust::DeviceName{root.name(), profile.user, profile.device}.str();
    chain_.emplace(root);
    return {};
  }
  base::Result<void> take(const std::string& entry) {
    auto taken = chain_->append(entry);
    if (taken) return {};
    return base::with_context(std::move(taken).error(), "the backup's trust chain");
  }
  base::Result<void> finish() const {
    if (chain_->device(name_) != nullptr) return {};
    return base::Error{base::Code::kVerificationFailed,
                       "the backup's trust chain does not know the device that made it", ""};
  }

 private:
  std::string name_;
  std::optional<trust::Chain> chain_;
};

// What a backup holds into one vault, inside one transaction.
class TakingIn {
 public:
  explicit TakingIn(Installation& installation) : installation_(installation) {}

  base::Result<void> device(const BackedDevice& device) {
    if (device.profile.root != installation_.profile().root ||
        device.profile.user != installation_.profile().user) {
      return base::Error{base::Code::kDenied,
                         "the backup is of another user or of another organisation", ""};
    }
    if (!device.root_key || installation_.root_signer()) return {};
    return installation_.store_root_key(*device.root_key);
  }

  base::Result<void> message(base::ByteView bytes) {
    TRY(MessageRecord record, decode_message(bytes));
    vault::Vault& vault = installation_.vault();
    TRY(const auto seen, find_seen(vault, record.direction, record.from, record.id));
    if (seen) {
      ++done.known;
      return {};
    }
    ++done.messages;
    TRY(record.number, take_number(vault));
    return store_message(vault, record, {record.number, record.message_sha256, {}});
  }

  base::Result<void> receipt(base::ByteView bytes) {
    TRY(const ReceiptRecord record, decode_receipt(bytes));
    TRY(const note::Note signed_note, note::parse(record.statement));
    TRY(const receipt::Receipt said, receipt::parse(signed_note.text));
    const std::string row = receipt_row(said.message, said.by, said.state, said.device);
    return installation_.vault().put(Kind::kReceipt, row, bytes);
  }

  Restored done;

 private:
  Installation& installation_;
};

}  // namespace

base::Result<BackupFacts> examine_backup(const OpenBackup& open, base::ByteView passphrase) {
  BackupFacts facts;
  ChainCheck chain;
  const BackupVisitor visitor{[&](BackedDevice device) {
                                facts.device = std::move(device);
                                return chain.begin(facts.device.profile);
                              },
                              [&](const std::string& entry) { return chain.take(entry); },
                              ignore_text, ignore_record, ignore_record};
  TRY(facts.counts, read_backup(open, passphrase, visitor));
  TRY(chain.finish());
  return facts;
}

base::Result<Restored> restore_backup(Installation& installation, const OpenBackup& open,
                                      base::ByteView passphrase) {
  TakingIn taking(installation);
  const BackupVisitor visitor{[&](const BackedDevice& device) { return taking.device(device); },
                              ignore_text, ignore_text,
                              [&](base::ByteView record) { return taking.message(record); },
                              [&](base::ByteView record) { return taking.receipt(record); }};
  TRY(installation.vault().transaction([&]() -> base::Result<void> {
    TRY(read_backup(open, passphrase, visitor));
    return {};
  }));
  return taking.done;
}

base::Result<void> Continuation::run(vault::Vault& vault) {
  auto done = go_through(vault);
  if (done || done.error().code != base::Code::kMfaRequired) return done;
  base::Error error = std::move(done).error();
  error.hint += ", then the same command again";
  return error;
}

base::Result<void> Continuation::go_through(vault::Vault& vault) {
  TRY(join(vault));
  joined_ = true;
  TRY(Installation installation, Installation::load(vault));
  device_ = installation.name().str();
  TRY(restored_, restore_backup(installation, request_.open, request_.passphrase));
  return end_old(installation);
}

base::Result<bool> Continuation::keeps(const vault::Vault& vault) const {
  return joined_ ? base::Result<bool>(true) : may_be_enrolled(vault);
}

base::Result<void> Continuation::join(vault::Vault& vault) {
  TRY(const bool fresh, Installation::is_fresh(vault));
  TRY(const bool unfinished, may_be_enrolled(vault));
  if (!fresh && !unfinished) return {};
  TRY(const std::optional<crypto::SecretBytes> given, request_.invitation());
  const crypto::SecretBytes& typed = given ? *given : request_.backed.invitation;
  if (typed.empty()) {
    return base::Error{base::Code::kDenied, "there is no invitation in the backup",
                       "add --invitation FILE: an admin makes one, or another device of yours with "
                       "`sealpost device invite`"};
  }
  TRY(const trust::InvitationToken token, trust::parse_token(typed.expose_text()));
  auto done = flow::join(vault, token, request_.device, context_);
  if (done || given) return done;
  base::Error error = std::move(done).error();
  error.hint =
      "a backup's own invitation is good once, and for 30 days; with another: --invitation FILE";
  return error;
}

base::Result<void> Continuation::end_old(Installation& installation) {
  const Profile& backed = request_.backed.profile;
  const trust::DeviceName name{installation.chain().organisation(), backed.user, backed.device};
  old_ = name.str();
  if (request_.keep_old || name == installation.name()) return {};
  const trust::Device* old = installation.chain().device(old_);
  const bool stands = old != nullptr && !old->revoked;
  if (stands) request_.before_end(old_);
  auto ending = revoke_device(installation, name, "restored from a backup", context_);
  if (!ending) {
    return base::with_context(std::move(ending).error(),
                              "everything is restored, but the old device is not revoked");
  }
  old_revoked_ = true;
  dropped_waiting_ = !ending->already;
  return {};
}

}  // namespace sealpost::flow
