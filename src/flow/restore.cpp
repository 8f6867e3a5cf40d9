#include <fmt/format.h>

#include <algorithm>

#include "age/scrypt.hpp"
#include "age/stream.hpp"
#include "flow/backup.hpp"
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

// Restoring into one vault, inside one transaction.
class Restoring {
 public:
  explicit Restoring(Installation& installation) : installation_(installation) {}

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
  Restoring restoring(installation);
  const BackupVisitor visitor{[&](const BackedDevice& device) { return restoring.device(device); },
                              ignore_text, ignore_text,
                              [&](base::ByteView record) { return restoring.message(record); },
                              [&](base::ByteView record) { return restoring.receipt(record); }};
  TRY(installation.vault().transaction([&]() -> base::Result<void> {
    TRY(read_backup(open, passphrase, visitor));
    return {};
  }));
  return restoring.done;
}

}  // namespace sealpost::flow
